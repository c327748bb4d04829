#ifndef CMS_CLIBVIRT_SHIM_H
#define CMS_CLIBVIRT_SHIM_H

#include <stddef.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#endif
