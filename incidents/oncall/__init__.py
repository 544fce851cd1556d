"""Schedules, rotations, overrides and the one answer to: who is on call?"""
