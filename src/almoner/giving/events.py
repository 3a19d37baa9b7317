"""The event log of giving."""

from almoner.platform.events.log import EventLog

LOG = EventLog("giving")
