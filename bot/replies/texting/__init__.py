"""Replies as one plain text: what SMS, WhatsApp and portals show of a turn."""
