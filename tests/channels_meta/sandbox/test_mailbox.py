import smtplib
from email.message import EmailMessage

import pytest

from tests.channels_meta.sandbox.world import Box

LINK = "http://localhost:8000/invite/x?a=1&b=2"


@pytest.fixture
def mailed(box: Box) -> Box:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Convite à Calzado Sur", "plaza@plaza.example", "ana@plaza.example"
    mail.set_content(f"Olá, entre: {LINK}")
    mail.add_alternative(f'<p>Olá, <a href="{LINK}">entre</a></p><script>alert(1)</script>', subtype="html")
    with smtplib.SMTP("127.0.0.1", box.smtp_port) as post:
        post.send_message(mail)
    return box


def test_mail_lands_in_the_mailbox(mailed: Box) -> None:
    (mail,) = mailed.client.get("/mailbox/all.json").json()["mails"]
    assert (mail["subject"], mail["recipients"]) == ("Convite à Calzado Sur", "ana@plaza.example")
    assert LINK in mail["text"]
    assert LINK.replace("&", "&amp;") in mail["html"] or LINK in mail["html"]
    assert "Convite à Calzado Sur" in mailed.client.get("/mailbox/").text
    assert "ana@plaza.example" in mailed.client.get("/mailbox/list").text


def test_a_mail_is_shown_without_letting_it_act(mailed: Box) -> None:
    mail = mailed.client.get("/mailbox/all.json").json()["mails"][0]
    answer = mailed.client.get(f"/mailbox/{mail['id']}")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text
    assert f'<a href="{LINK.replace("&", "&amp;")}"' in answer.text
    assert "script-src 'self';" in answer.headers["content-security-policy"]


def test_the_mailbox_is_emptied(mailed: Box) -> None:
    assert mailed.client.post("/mailbox/emptying").status_code == 303
    assert "No mail yet." in mailed.client.get("/mailbox/").text
    assert mailed.client.get("/mailbox/999").status_code == 404


def test_a_mail_of_odd_bytes_is_kept(box: Box) -> None:
    with smtplib.SMTP("127.0.0.1", box.smtp_port) as post:
        post.sendmail("a@plaza.example", ["b@plaza.example", "c@plaza.example"], b"Subject: x\r\n\r\n\xff\xfe ol\xe1")
    (mail,) = box.client.get("/mailbox/all.json").json()["mails"]
    assert mail["recipients"] == "b@plaza.example, c@plaza.example"
    assert box.client.get(f"/mailbox/{mail['id']}").status_code == 200
