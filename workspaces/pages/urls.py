from django.urls import path

from workspaces.pages import audit, hours, invitations, people, presence, teams, workspace

app_name = "settings"

urlpatterns = [
    path("presence/", presence.presence, name="presence"),
    path("settings/", workspace.home, name="home"),
    path("settings/workspace/", workspace.workspace, name="workspace"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/leaving/", people.leaving, name="leaving"),
    path("settings/people/<int:member_pk>/", people.person, name="person"),
    path("settings/people/<int:member_pk>/removal/", people.removal, name="removal"),
    path("settings/people/<int:member_pk>/ownership/", people.ownership, name="ownership"),
    path("settings/invitations/", invitations.invitations, name="invitations"),
    path("settings/invitations/<int:invitation_pk>/mail/", invitations.mail, name="mail"),
    path("settings/invitations/<int:invitation_pk>/revocation/", invitations.revocation, name="revocation"),
    path("settings/invitations/<int:invitation_pk>/restoration/", invitations.restoration, name="restoration"),
    path("settings/teams/", teams.teams, name="teams"),
    path("settings/teams/new/", teams.new_team, name="new_team"),
    path("settings/teams/<int:team_pk>/", teams.team, name="team"),
    path("settings/teams/<int:team_pk>/removal/", teams.team_removal, name="team_removal"),
    path("settings/hours/", hours.hours, name="hours"),
    path("settings/hours/holidays/", hours.holidays, name="holidays"),
    path("settings/hours/holidays/<int:holiday_pk>/removal/", hours.holiday_removal, name="holiday_removal"),
    path("settings/hours/<int:team_pk>/", hours.hours, name="team_hours"),
    path("settings/hours/<int:team_pk>/holidays/", hours.holidays, name="team_holidays"),
    path("settings/security/", workspace.security, name="security"),
    path("settings/audit/", audit.audit, name="audit"),
    path("settings/audit/export/", audit.export, name="audit_export"),
]
