from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from workspaces import tenancy
from workspaces.models import Membership, TeamMembership, Visibility
from workspaces.tenancy import ScopedManager, WorkspaceForeignKey, WorkspaceModel

if TYPE_CHECKING:
    from inbox.windows import Window

OPEN, CLOSED = "open", "closed"


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, member: Membership) -> Self:
        """Loading is authorising: everything a page, the API or a socket shows of conversations starts here. What a
        role sees is the workspace's choice (`Visibility`)."""
        if not member.is_active:
            return self.none()
        visibility = tenancy.current().visibility_of(member.role)
        if visibility == Visibility.ALL:
            return self
        nobodys = Q(assignee__isnull=True)
        of_my_teams = Q(team__in=TeamMembership.objects.filter(member=member).values("team"))
        if visibility == Visibility.OWN:
            return self.filter(Q(assignee=member) | (nobodys & of_my_teams))
        return self.filter(Q(assignee=member) | of_my_teams | (nobodys & Q(team__isnull=True)))

    def view(self, name: str, member: Membership) -> Self:
        """The list's three views: mine, unassigned, all."""
        if name == "mine":
            return self.filter(assignee=member)
        return self.filter(assignee__isnull=True) if name == "unassigned" else self

    def unread_by(self, member: Membership) -> Self:
        """With something this member has not read; what was there before they joined counts once they marked it."""
        marks = ReadMark.objects.filter(member=member, conversation=models.OuterRef("pk"))
        read = marks.filter(inbound_count__gte=models.OuterRef("inbound_count"))
        counts = Q(last_inbound_at__gt=member.created_at) | models.Exists(marks)
        return self.filter(counts, ~models.Exists(read), inbound_count__gt=0)

    def for_rows(self) -> Self:
        """With what a row shows; the channel's secrets stay where they are."""
        related = self.select_related("contact", "channel", "assignee__user", "team")
        return related.defer("channel__secrets", "channel__config")

    def for_thread(self) -> Self:
        return self.for_rows().select_related("identity")

    def newest_first(self) -> Self:
        return self.order_by("-last_message_at", "-id")

    def after(self, at: datetime, pk: int) -> Self:
        """The keyset page below (at, pk) in the order of `newest_first`."""
        return self.filter(Q(last_message_at__lt=at) | Q(last_message_at=at, id__lt=pk), last_message_at__lte=at)


ConversationManager = ScopedManager.from_queryset(ConversationQuerySet)


class Conversation(WorkspaceModel):
    """What one person and the company say to each other on one channel about one subject (a comment thread's is its
    post). `clock` numbers every change under this row's lock."""

    channel = WorkspaceForeignKey("inbox.Channel", models.CASCADE, related_name="conversations")
    contact = WorkspaceForeignKey("crm.Contact", models.CASCADE, related_name="conversations", db_index=True)
    identity = WorkspaceForeignKey("crm.Identity", models.CASCADE, related_name="conversations")
    kind = models.CharField(max_length=20, default="direct")
    subject = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=10, default=OPEN)
    assignee = WorkspaceForeignKey("workspaces.Membership", models.SET_NULL, null=True, related_name="+")
    team = WorkspaceForeignKey("workspaces.Team", models.SET_NULL, null=True, related_name="+")
    clock = models.BigIntegerField(default=0)
    inbound_count = models.PositiveIntegerField(default=0)
    last_inbound_at = models.DateTimeField(null=True)
    window_from = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField()
    preview_text = models.CharField(max_length=160, blank=True)
    preview_kind = models.CharField(max_length=20, blank=True)
    preview_author = models.CharField(max_length=20, blank=True)
    preview_state = models.PositiveSmallIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # of itself or of what was written in it; receipts do not count
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    objects: ClassVar = ConversationManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "identity", "kind", "subject"],
                name="conversation_open_once",
                condition=Q(status=OPEN),
            ),
        ]
        indexes: ClassVar = [
            # the list, all / mine / unassigned, open and closed, by keyset
            models.Index(fields=["workspace", "status", "-last_message_at", "-id"], name="conversation_list"),
            models.Index(
                fields=["workspace", "assignee", "status", "-last_message_at", "-id"],
                name="conversation_mine",
                condition=Q(assignee__isnull=False),
            ),
            models.Index(
                fields=["workspace", "status", "-last_message_at", "-id"],
                name="conversation_unassigned",
                condition=Q(assignee__isnull=True),
            ),
            models.Index(
                fields=["workspace", "team", "status", "-last_message_at", "-id"],
                name="conversation_of_team",
                condition=Q(team__isnull=False),
            ),
            # the API: what changed since
            models.Index(fields=["workspace", "updated_at", "id"], name="conversation_updated"),
            # receive: the newest conversation of an identity, open or closed
            models.Index(fields=["workspace", "identity", "channel", "-id"], name="conversation_of_identity"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.channel}"

    @property
    def rev(self) -> int:
        return self.clock

    @property
    def now(self) -> datetime:
        """The time of what we add here: cut to the platform's step, so that (time, seq) sorts both sides alike."""
        step = self.channel.policy.time_step.total_seconds()
        cut = timezone.now().timestamp() // step * step
        return max(datetime.fromtimestamp(cut, UTC), self.last_message_at)

    @property
    def is_open(self) -> bool:
        return self.status == OPEN

    @property
    def window(self) -> Window:
        from inbox.windows import window_of  # windows reads conversations

        return window_of(self)

    @property
    def preview_state_word(self) -> str:
        from inbox.models.delivery import State

        return State(self.preview_state).name.lower() if self.preview_state is not None else ""


class ReadMark(WorkspaceModel):
    """How much of a conversation one member has read: so many of its customer's messages."""

    member = WorkspaceForeignKey("workspaces.Membership", models.CASCADE, related_name="+")
    conversation = WorkspaceForeignKey(Conversation, models.CASCADE, related_name="read_marks", db_index=True)
    inbound_count = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "member", "conversation"], name="read_mark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} read {self.inbound_count} of {self.conversation_id}"
