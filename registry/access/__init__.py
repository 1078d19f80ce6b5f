"""Who is asking and what they may do: accounts, passwords, scope, the access log."""

from registry.slices import Announcement
from registry.vocabulary.access import Role

ANNOUNCEMENT = Announcement(
    roles={role.value: (role.zh, role.en) for role in Role},
    commands={"person": "registry.commands.accounts:person"},
    documents=("permissions.md",),
)
