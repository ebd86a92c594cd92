"""What people type, checked before a verb sees it."""
