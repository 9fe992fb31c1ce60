"""A stand-in for WhatsApp's platform: Graph, signed webhooks and phones. It imports nothing of the project.

It is async, unlike the project, because it plays thousands of deliveries at once.
"""
