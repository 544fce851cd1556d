from incidents.status_page.models.component import Component, ComponentGroup, ComponentStateChange, DayState
from incidents.status_page.models.incident import PublicIncident
from incidents.status_page.models.maintenance import Maintenance, MaintenanceEffect
from incidents.status_page.models.page import PageToken, StatusPage
from incidents.status_page.models.subscriber import AskedFrom, Delivery, Subscriber
from incidents.status_page.models.template import Template
from incidents.status_page.models.update import Update, UpdateComponent, UpdateEdit

__all__ = [
    "AskedFrom",
    "Component",
    "ComponentGroup",
    "ComponentStateChange",
    "DayState",
    "Delivery",
    "Maintenance",
    "MaintenanceEffect",
    "PageToken",
    "PublicIncident",
    "StatusPage",
    "Subscriber",
    "Template",
    "Update",
    "UpdateComponent",
    "UpdateEdit",
]
