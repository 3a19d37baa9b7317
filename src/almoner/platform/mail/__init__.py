"""Mail that goes out: to a mail server, or into a folder."""

from almoner.platform.mail.line import Line
from almoner.platform.mail.message import Letter, message_of
from almoner.platform.mail.transport import Away, MailTransport, Refused, SmtpTransport, transport_of

__all__ = [
    "Away",
    "Letter",
    "Line",
    "MailTransport",
    "Refused",
    "SmtpTransport",
    "message_of",
    "transport_of",
]
