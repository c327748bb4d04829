/* Ownership of one group by one of several controllers, and its effects at libvirt: checked exhaustively by
 * provisioning/dev/check-models. Time is counted in ticks; every process may stand still between any two of its
 * steps for as long as it likes, as a program that was stopped does.
 *
 * etcd      holds a lease for each controller, and the key of the group, which goes with the lease of its owner.
 * owner     renews its lease, and begins calls to libvirt only while its own clock allows: LEASE - REACH ticks, counted
 *           from before the renewal was sent. Before a call the order is written in a transaction that compares the
 *           revision in which the key was made.
 * libvirtd  closes the connection of a client that was silent for more than REACH ticks (its keep-alive), so that a
 *           call of a controller that stood still for longer does not arrive.
 *
 * It must never happen that a call of an earlier owner takes effect when a later one has begun to act, nor that an
 * earlier owner writes an order after a later one.
 */
#ifndef CONTROLLERS
#define CONTROLLERS 2
#endif
#define LEASE 3
#define REACH 1
#ifndef CUTOFF
#define CUTOFF (LEASE - REACH)
#endif
#define NOBODY CONTROLLERS
/* So many changes of ownership are looked at. */
#define LAST_REVISION 2

byte lease[CONTROLLERS];        /* ticks until etcd lets it go; 0: gone */
byte valid[CONTROLLERS];        /* ticks in which the controller may begin calls, by its own clock */
byte waited[CONTROLLERS];       /* ticks since the renewal under way was sent */
byte silent[CONTROLLERS];       /* ticks since libvirtd heard of the controller */
bool open[CONTROLLERS];         /* whether its connection to libvirtd is open */
byte owner = NOBODY;            /* whose key stands in etcd */
byte revision = 0;              /* in which the key was made: grows */
byte acted = 0;                 /* the revision of the latest owner whose call took effect */
byte ordered = 0;               /* the revision of the latest owner that wrote an order */

/* Time passes; leases lapse; libvirtd closes connections of the silent. */
active proctype clock() {
    byte one = 0;
    do
    :: atomic {
        one = 0;
        do
        :: one < CONTROLLERS ->
            if
            :: lease[one] > 0 -> lease[one]--
            :: else
            fi;
            if
            :: owner == one && lease[one] == 0 -> owner = NOBODY
            :: else
            fi;
            if
            :: valid[one] > 0 -> valid[one]--
            :: else
            fi;
            if
            :: waited[one] <= LEASE -> waited[one]++
            :: else
            fi;
            if
            :: silent[one] <= REACH -> silent[one]++
            :: else
            fi;
#ifndef NO_KEEPALIVE
            if
            :: silent[one] > REACH -> open[one] = false
            :: else
            fi;
#endif
            one++
        :: else -> break
        od;
        one = 0
      }
    od
}

/* Every step of a controller also answers libvirtd's keep-alive. */
inline alive() { silent[self] = 0 }

proctype controller(byte self) {
    byte mine = 0;              /* the revision in which this one owns the group; 0: it does not */
    do
    /* A renewal is sent, taken by etcd, answered: each as late as it likes. */
    :: atomic { waited[self] = 0; alive() };
       atomic { lease[self] = LEASE; alive() };
       atomic {
#ifdef COUNTED_FROM_ANSWER
           valid[self] = CUTOFF;
#else
           if
           :: waited[self] < CUTOFF -> valid[self] = CUTOFF - waited[self]
           :: else -> valid[self] = 0
           fi;
#endif
           alive()
       }
    /* It takes the group when nobody has it, in one transaction with its lease. */
    :: atomic {
           mine == 0 && owner == NOBODY && lease[self] > 0 && revision < LAST_REVISION ->
           owner = self;
           revision++;
           mine = revision;
           alive()
       }
    /* It gives the group to others, in order. */
    :: atomic { mine != 0 && owner == self && revision == mine -> owner = NOBODY; mine = 0; alive() }
    /* It connects anew to libvirtd. */
    :: atomic { !open[self] -> open[self] = true; alive() }
    /* It learns that the key is another's or gone. */
    :: atomic { mine != 0 && (owner != self || revision != mine) -> mine = 0; alive() }
    /* It writes an order, and then makes the call. */
    :: mine != 0 ->
       atomic {
           alive();
           if
#ifdef NO_FENCE
           :: true -> assert(ordered <= mine); ordered = mine
#else
           :: owner == self && revision == mine -> assert(ordered <= mine); ordered = mine
           :: !(owner == self && revision == mine) -> mine = 0
#endif
           fi
       };
       if
       :: atomic { mine != 0 && open[self] && valid[self] > 0 -> alive() };
          /* Here it may stand still: the call arrives only over a connection that is open. */
          atomic {
              if
              :: open[self] -> assert(mine >= acted); acted = mine
              :: else
              fi;
              alive()
          }
       :: else
       fi
    od
}

init {
    byte one = 0;
    atomic {
        do
        :: one < CONTROLLERS ->
            open[one] = true;
            run controller(one);
            one++
        :: else -> break
        od;
        one = 0
    }
}
