"""Mail that goes out: to a mail server, or into a folder."""

from almoner.platform.mail.message import Letter, message_of
from almoner.platform.mail.transport import Away, MailTransport, Refused, transport_of

__all__ = ["Away", "Letter", "MailTransport", "Refused", "message_of", "transport_of"]
