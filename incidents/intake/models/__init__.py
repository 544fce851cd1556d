from incidents.intake.models.call import MonitorCall
from incidents.intake.models.integration import Integration, IntegrationKey
from incidents.intake.models.mail import MailReceipt
from incidents.intake.models.monitor import Monitor
from incidents.intake.models.reject import Reject
from incidents.intake.models.silence import Silence

__all__ = ["Integration", "IntegrationKey", "MailReceipt", "Monitor", "MonitorCall", "Reject", "Silence"]
