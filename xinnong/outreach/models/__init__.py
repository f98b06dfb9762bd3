"""Channels with what stands below them, their activities, and the register of documents."""

from xinnong.outreach.models.activities import Activity, ActivityAgent, ActivityState, Notice
from xinnong.outreach.models.badges import Badge, BadgeKey
from xinnong.outreach.models.channels import (
    Agent,
    Channel,
    ChannelKind,
    Purpose,
    Subcontractor,
    Team,
)
from xinnong.outreach.models.documents import Document, WrongCode
from xinnong.outreach.models.phones import AgentPhone

__all__ = [
    "Activity",
    "ActivityAgent",
    "ActivityState",
    "Agent",
    "AgentPhone",
    "Badge",
    "BadgeKey",
    "Channel",
    "ChannelKind",
    "Document",
    "Notice",
    "Purpose",
    "Subcontractor",
    "Team",
    "WrongCode",
]
