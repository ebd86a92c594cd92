"""Decides to which IP addresses a message may be sent."""

from __future__ import annotations

import ipaddress

from django.conf import settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: IPAddress) -> bool:
    """Whether an address is public; for one that embeds an IPv4 address, whether that is."""
    inner: IPAddress | None = None
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_own(address: IPAddress) -> bool:
    """Whether the operator has allowed the network of this address (CHANNEL_NETWORKS)."""
    return any(address in network for network in settings.CHANNEL_NETWORKS)


def may_be_reached(address: IPAddress, *, encrypted: bool) -> bool:
    """Whether a message may be sent there: to public addresses encrypted only, to allowed networks in any case."""
    return is_own(address) or (encrypted and is_public(address))
