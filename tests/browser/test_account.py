"""A stranger becomes somebody with an inbox; passkeys on a device that is a stand-in of Chromium's own; axe on each
page on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, watch
from tests.browser.desk import Desk
from tests.browser.mailbox import Mailbox
from tests.browser.phone import until
from tests.browser.test_access import violations
from tests.workspaces.visitors import code_of

WORDS = "tres palabras cortas"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
AT = [("light", 1366), ("dark", 390)]

Arrive = Callable[..., Page]


@pytest.fixture
def mailbox(plaza: int) -> Mailbox:
    return Mailbox(plaza + 1)


@pytest.fixture
def arrive(plaza: int, chromium: Browser) -> Iterator[Arrive]:
    """Somebody at a browser where nobody is logged in. Nothing may fail on their pages unseen."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def new_page(**options: Any) -> Page:
        options = {"locale": "es-MX", "timezone_id": "America/Mexico_City", **options}
        context = chromium.new_context(base_url=f"http://localhost:{plaza}", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, troubles)
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert troubles == []


def somebody() -> str:
    return f"nora-{time.time_ns()}@tienda.example"


def submit(page: Page) -> None:
    page.locator("main form button.primary").first.click()


def clean(page: Page) -> None:
    """Nothing for axe to say, and nothing scrolls sideways."""
    page.wait_for_load_state()
    assert violations(Desk(page)) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    submit(page)


def sign_up(page: Page, mailbox: Mailbox) -> str:
    """To the door of the first workspace."""
    email = somebody()
    page.goto("/accounts/signup/")
    page.fill("[name=name]", "Nora Quiroga")
    page.fill("[name=email]", email)
    page.fill("[name=password1]", WORDS)
    submit(page)
    page.wait_for_url("**/confirm-email/")
    page.goto(mailbox.link(email, "Confirma tu correo"))
    submit(page)
    page.wait_for_url("**/workspaces/new/")
    return email


def start(page: Page, slug: str) -> None:
    page.fill("[name=name]", "Zapatos Ñandú")
    expect(page.locator("[name=slug]")).not_to_have_value("")
    page.fill("[name=slug]", slug)
    expect(page.locator("#address-said")).to_contain_text("Está libre.")
    submit(page)
    page.wait_for_url("**/inbox/**")


@pytest.mark.parametrize(("scheme", "width"), AT)
def test_a_stranger_signs_up_and_opens_an_inbox(arrive: Arrive, mailbox: Mailbox, scheme: str, width: int) -> None:
    page = arrive(color_scheme=scheme, viewport={"width": width, "height": 768})
    page.goto("/accounts/signup/")
    clean(page)
    page.fill("[name=name]", "Nora Quiroga")
    page.fill("[name=email]", email := somebody())
    page.fill("[name=password1]", "12345678")
    submit(page)
    expect(page.locator("#id_password1_errors")).to_be_visible()
    clean(page)
    page.fill("[name=password1]", WORDS)
    submit(page)
    page.wait_for_url("**/confirm-email/")
    clean(page)
    page.goto(mailbox.link(email, "Confirma tu correo"))
    clean(page)
    submit(page)
    page.wait_for_url("**/workspaces/new/")
    clean(page)
    start(page, f"zapatos-{time.time_ns()}")
    page.wait_for_timeout(300)
    expect(page.locator(".empty").first).to_be_visible()
    page.goto("/")
    page.wait_for_url("**/inbox/**")


def test_the_first_run_knows_the_place_and_watches_the_address(arrive: Arrive, mailbox: Mailbox) -> None:
    page = arrive(locale="es", timezone_id="America/Santiago")
    sign_up(page, mailbox)
    chosen = {
        name: page.input_value(f"select[name={name}]") for name in ("country", "time_zone", "currency", "language")
    }
    assert chosen == {"country": "CL", "time_zone": "America/Santiago", "currency": "CLP", "language": "es"}
    page.select_option("[name=country]", "BR")
    expect(page.locator("[name=currency]")).to_have_value("BRL")
    expect(page.locator("select[name=language]")).to_have_value("pt-br")
    said, slug = page.locator("#address-said"), page.locator("[name=slug]")
    page.fill("[name=name]", "Calzado Sur")
    expect(slug).to_have_value("calzado-sur-2")
    slug.fill("calzado-sur")
    expect(said).to_contain_text("Otro espacio ya tiene esta dirección")
    expect(slug).to_have_attribute("aria-invalid", "true")
    slug.fill("ADMIN")
    expect(said).to_contain_text("Plaza necesita esa palabra")
    page.fill("[name=name]", "Otra cosa")  # what was typed stays
    page.wait_for_timeout(600)
    expect(slug).to_have_value("admin")
    submit(page)
    expect(page.locator(".errorlist")).to_contain_text("Plaza necesita esa palabra")


def test_a_password_is_reset_by_mail(arrive: Arrive, mailbox: Mailbox) -> None:
    page = arrive()
    email = sign_up(page, mailbox)
    stranger = arrive()
    stranger.goto("/accounts/login/")
    stranger.click("text=La olvidé")
    clean(stranger)
    stranger.fill("[name=email]", email)
    submit(stranger)
    stranger.wait_for_url("**/sent/")
    clean(stranger)
    stranger.goto(mailbox.link(email, "Elige una contraseña nueva"))
    clean(stranger)
    stranger.fill("[name=password1]", "otras palabras distintas")
    stranger.fill("[name=password2]", "otras palabras distintas")
    submit(stranger)
    stranger.wait_for_url("**/done/")
    clean(stranger)
    log_in(stranger, email, "otras palabras distintas")
    stranger.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto("/account/")
    assert "/accounts/login/" in page.url


def device_of(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_passkey_is_made_and_opens_the_account_alone(arrive: Arrive, mailbox: Mailbox) -> None:
    page = arrive()
    email = sign_up(page, mailbox)
    device_of(page)
    page.goto("/account/passkeys/new/", wait_until="networkidle")
    page.fill("[name=password]", WORDS)  # a sign-up proves an e-mail, not a password
    submit(page)
    page.wait_for_url("**/passkeys/new/")
    clean(page)
    page.fill("[name=name]", "La laptop")
    submit(page)
    page.wait_for_url("**/codes/")
    clean(page)
    assert "llave de acceso" in mailbox.newest(email, "Se agregó una llave de acceso")
    page.goto("/account/passkeys/", wait_until="networkidle")
    expect(page.locator("h2", has_text="La laptop")).to_be_visible()
    clean(page)
    leave(page)
    page.click("text=Usar una llave de acceso")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    leave(page)
    log_in(page, email, WORDS)
    page.wait_for_url("**/second-factor/")
    clean(page)
    page.click("text=Usar una llave de acceso")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto("/account/passkeys/", wait_until="networkidle")
    page.locator("main a", has_text="Eliminar").click()
    clean(page)
    page.click("main button.danger")
    expect(page.locator("main")).to_contain_text("No tienes ninguna llave de acceso.")


def test_a_browser_without_a_device_says_so_and_takes_the_password(arrive: Arrive) -> None:
    page = arrive()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/accounts/login/", wait_until="networkidle")
    expect(page.locator("main")).to_contain_text("Este navegador no puede usar llaves de acceso.")
    expect(page.locator("form[data-controller=passkey] button")).to_be_disabled()
    clean(page)
    log_in(page, "bruno@plaza.example")
    page.wait_for_url("**/inbox/**")


def test_a_refused_passkey_is_no_dead_end(arrive: Arrive) -> None:
    page = arrive()
    page.add_init_script("navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    page.goto("/accounts/login/", wait_until="networkidle")  # its scripts listen
    page.click("text=Usar una llave de acceso")
    expect(page.locator("[data-passkey-target=refused]")).to_be_visible()
    expect(page.locator("form[data-controller=passkey] button")).to_be_enabled()


def leave(page: Page) -> None:
    page.goto("/accounts/logout/")
    submit(page)
    page.wait_for_url("**/accounts/login/**")


@pytest.mark.parametrize(("scheme", "width"), AT)
def test_the_app_is_set_up_and_asked_for(arrive: Arrive, mailbox: Mailbox, scheme: str, width: int) -> None:
    page = arrive(color_scheme=scheme, viewport={"width": width, "height": 768})
    email = sign_up(page, mailbox)
    page.goto("/account/second-factor/app/")
    page.fill("[name=password]", WORDS)  # a sign-up proves an e-mail, not a password
    submit(page)
    page.wait_for_url("**/second-factor/app/")
    clean(page)
    page.fill("[name=code]", code_of(page.locator("code").inner_text()))
    submit(page)
    page.wait_for_url("**/second-factor/codes/")
    clean(page)
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    page.goto("/account/second-factor/")
    clean(page)
    for path in ("app/removal/", "codes/new/"):
        page.goto(f"/account/second-factor/{path}")
        clean(page)
    leave(page)
    log_in(page, email, WORDS)
    page.wait_for_url("**/second-factor/")
    clean(page)
    page.fill("[name=code]", codes[0])
    submit(page)
    page.wait_for_url(lambda url: "/accounts/" not in url)


@pytest.mark.parametrize(("scheme", "width"), [*AT, ("light", 320)])
def test_every_page_of_your_account_is_clean(arrive: Arrive, scheme: str, width: int) -> None:
    page = arrive(color_scheme=scheme, viewport={"width": width, "height": 768})
    log_in(page, "carla@plaza.example")
    page.wait_for_url("**/inbox/**")
    for path in ("", "email/", "password/", "second-factor/", "second-factor/app/", "passkeys/", "passkeys/new/"):
        page.goto(f"/account/{path}")
        clean(page)
    for path in ("/account/sessions/", "/account/elsewhere/", "/workspaces/new/", "/accounts/reauthenticate/"):
        page.goto(path)
        clean(page)


def test_a_picture_is_sent_as_soon_as_it_is_chosen(arrive: Arrive, tmp_path: Any) -> None:
    from PIL import Image

    Image.new("RGB", (900, 500), "teal").save(tmp_path / "me.jpg")
    page = arrive()
    log_in(page, "sofia@plaza.example")
    page.wait_for_url("**/inbox/**")
    page.goto("/account/", wait_until="networkidle")
    page.set_input_files("[name=picture]", tmp_path / "me.jpg")
    expect(page.locator("main .avatar img")).to_be_visible()
    until(lambda: page.evaluate("document.querySelector('main .avatar img').naturalWidth === 256"))
    clean(page)
    page.goto("/w/calzado-sur/inbox/")
    expect(page.locator(".rail .avatar img")).to_be_visible()
    page.goto("/account/")
    page.locator("main button", has_text="Remove").click()
    expect(page.locator("main .avatar img")).to_have_count(0)


def test_the_switcher_goes_to_another_workspace(arrive: Arrive, mailbox: Mailbox) -> None:
    page = arrive()
    sign_up(page, mailbox)
    start(page, first := f"uno-{time.time_ns()}")
    page.goto("/workspaces/new/")
    start(page, second := f"dos-{time.time_ns()}")
    page.click("[popovertarget=switcher]")
    choice = page.locator("#switcher a[role=menuitemradio]")
    expect(choice).to_have_count(2)
    expect(page.locator(f"#switcher a[href='/w/{second}/']")).to_have_attribute("aria-checked", "true")
    clean(page)
    page.click(f"#switcher a[href='/w/{first}/']")
    page.wait_for_url(f"**/w/{first}/inbox/**")
    page.goto("/")
    clean(page)
    page.click(f"a[href='/w/{second}/']")
    page.wait_for_url(f"**/w/{second}/inbox/**")


def test_on_a_phone_the_workspaces_are_in_ones_own_menu(arrive: Arrive, mailbox: Mailbox) -> None:
    page = arrive(viewport={"width": 390, "height": 768})
    sign_up(page, mailbox)
    for name in ("uno", "dos"):
        page.goto("/workspaces/new/", wait_until="networkidle")
        start(page, f"{name}-{time.time_ns()}")
    page.click("[popovertarget=me-menu]")
    page.locator("#me-menu a", has_text="Tus espacios").click()
    expect(page.locator(".choices a")).to_have_count(2)
    clean(page)


def test_a_password_can_be_looked_at(arrive: Arrive) -> None:
    page = arrive()
    page.goto("/accounts/login/", wait_until="networkidle")
    page.fill("[name=password]", "secreta")
    page.get_by_role("button", name="Mostrar la contraseña").click()
    expect(page.locator("[name=password]")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Mostrar la contraseña").click()
    expect(page.locator("[name=password]")).to_have_attribute("type", "password")
