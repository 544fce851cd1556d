from reliability.reports.models.subscription import ReportNotice, SentReport, Subscription

__all__ = ["ReportNotice", "SentReport", "Subscription"]
