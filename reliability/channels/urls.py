"""Addresses of the channels of teams, and of the contact methods of the signed-in person."""

from __future__ import annotations

from django.urls import path

from reliability.channels.views import channels, contacts, identities

urlpatterns = [
    path("channels/", channels.channel_list, name="channel-list"),
    path("channels/new/", channels.channel_create, name="channel-create"),
    path("channels/<slug:name>/", channels.channel_detail, name="channel-detail"),
    path("channels/<slug:name>/health/", channels.channel_health, name="channel-health"),
    path("channels/<slug:name>/test/", channels.channel_test, name="channel-test"),
    path("channels/<slug:name>/edit/", channels.channel_edit, name="channel-edit"),
    path("channels/<slug:name>/delete/", channels.channel_delete, name="channel-delete"),
    path("settings/contacts/", contacts.contact_list, name="contact-list"),
    path("settings/contacts/connect/<str:token>/", identities.identity_connect, name="identity-connect"),
    path("settings/contacts/new/", contacts.contact_create, name="contact-create"),
    path("settings/contacts/<int:contact_id>/verify/", contacts.contact_verify, name="contact-verify"),
    path("settings/contacts/<int:contact_id>/code/", contacts.contact_code, name="contact-code"),
    path("settings/contacts/<int:contact_id>/test/", contacts.contact_test, name="contact-test"),
    path("settings/contacts/<int:contact_id>/switch/", contacts.contact_switch, name="contact-switch"),
    path("settings/contacts/<int:contact_id>/move/", contacts.contact_move, name="contact-move"),
    path("settings/contacts/<int:contact_id>/remove/", contacts.contact_remove, name="contact-remove"),
]
