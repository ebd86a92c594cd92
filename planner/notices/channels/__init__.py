"""Messages to the chat rooms of a team: which services, at which addresses, and how they get there.

Managers paste the address from their chat program. Only known services are accepted (addresses.py), connections to
private addresses are refused (guard.py), and the address is a secret: it is never shown again, nor logged.
"""
