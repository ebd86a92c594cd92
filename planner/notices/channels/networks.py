"""Which addresses of the internet protocol a message may go to."""

from __future__ import annotations

import ipaddress

from django.conf import settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the internet; where it hides another one in itself, whether that one does."""
    inner: IPAddress | None = None
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_own(address: IPAddress) -> bool:
    """Whether the operator has opened the network of this address (CHANNEL_NETWORKS)."""
    return any(address in network for network in settings.CHANNEL_NETWORKS)


def may_be_reached(address: IPAddress, *, encrypted: bool) -> bool:
    """Whether a message may go there: over the internet encrypted, in an opened network as it is."""
    return is_own(address) or (encrypted and is_public(address))
