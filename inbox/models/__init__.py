from inbox.models.channel import Channel, ChannelNews, ChannelRoute
from inbox.models.conversation import Conversation, ReadMark
from inbox.models.delivery import Delivery, Receipt, State
from inbox.models.message import Attachment, EarlyChange, Message

__all__ = [
    "Attachment",
    "Channel",
    "ChannelNews",
    "ChannelRoute",
    "Conversation",
    "Delivery",
    "EarlyChange",
    "Message",
    "ReadMark",
    "Receipt",
    "State",
]
