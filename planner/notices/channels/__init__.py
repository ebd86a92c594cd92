"""Messages to the chat rooms of a team: which services, at which addresses, and how they get there.

Managers paste the address that their chat program gives them. Only known services are spoken to (addresses.py), no
connection goes to a private address (guard.py), and the address is a secret: it is never shown again, nor logged.
"""
