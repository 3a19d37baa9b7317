"""The event log of crm."""

from almoner.platform.events.log import EventLog

LOG = EventLog("crm")
