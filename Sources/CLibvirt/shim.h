#ifndef CMS_CLIBVIRT_SHIM_H
#define CMS_CLIBVIRT_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

// Swift imports neither cast macros nor fixed-size char arrays in a usable form; each function here wraps one such thing.

/// Subscribes to the lifecycle events of all domains; the callback id, or -1.
static inline int cms_register_lifecycle(virConnectPtr connection,
                                         virConnectDomainEventCallback callback,
                                         void *opaque)
{
    return virConnectDomainEventRegisterAny(connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                            VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, NULL);
}

/// The name of a typed parameter; belongs to the parameter.
static inline const char *cms_parameter_name(const virTypedParameter *parameter)
{
    return parameter->field;
}

/// The value of an integer parameter that is not negative; false for all others.
static inline bool cms_parameter_unsigned(const virTypedParameter *parameter, uint64_t *value)
{
    switch (parameter->type) {
    case VIR_TYPED_PARAM_INT:
        *value = (uint64_t)parameter->value.i;
        return parameter->value.i >= 0;
    case VIR_TYPED_PARAM_UINT:
        *value = parameter->value.ui;
        return true;
    case VIR_TYPED_PARAM_LLONG:
        *value = (uint64_t)parameter->value.l;
        return parameter->value.l >= 0;
    case VIR_TYPED_PARAM_ULLONG:
        *value = parameter->value.ul;
        return true;
    default:
        return false;
    }
}

/// The name of a node memory statistic; belongs to it.
static inline const char *cms_memory_statistic_name(const virNodeMemoryStats *statistic)
{
    return statistic->field;
}

#endif
