// Calls the reader: a sound and a desktop notification for what is new to them, once over all open tabs, and never for
// what they write or are looking at.
//
// @example
// <body data-controller="alerts" data-alerts-url-value="/w/acme/inbox/alerts/"
//       data-action="live:frame->alerts#frame pointerdown@document->alerts#gesture keydown@document->alerts#gesture">
//   <button data-action="alerts#open">Sound and notifications</button>
//   <dialog data-alerts-target="dialog"> <input type="checkbox" data-alerts-target="sound" data-action="alerts#keep"> …</dialog>
import { Controller } from "stimulus"
import { request } from "lib/http"
import { parse } from "lib/fragments"
import { awaken, chime } from "lib/chime"

const KEPT = "alerts"
const PAUSE = 600, ONCE = 4_000, MOST = 50
const USUAL = { sound: true, volume: 60, desktop: false, discreet: false }

export default class extends Controller {
  static targets = ["dialog", "sound", "volume", "desktop", "discreet", "blocked", "words"]
  static values = { url: String }

  asked = new Set()
  known = new Map()

  connect() {
    this.set = { ...USUAL, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") }
  }

  disconnect() {
    clearTimeout(this.timer)
  }

  gesture() {
    if (this.set.sound) awaken()
  }

  frame({ detail: { nudge } }) {
    if (!nudge || !(this.set.sound || this.set.desktop)) return
    for (const id of nudge) this.asked.add(id)
    this.timer ??= setTimeout(() => this.ask(), PAUSE)
  }

  async ask() {
    this.timer = null
    const ids = [...this.asked].slice(0, MOST)
    this.asked.clear()
    const answer = await request(`${this.urlValue}?ids=${ids.join(",")}`).catch(() => null)
    if (!answer) return
    const calls = [...parse(answer.html).querySelectorAll("[data-alert]")].map((template) => template.dataset)
    for (const id of ids) if (!calls.some((call) => call.alert === String(id))) this.known.delete(String(id))
    for (const call of calls) this.consider(call)
  }

  /** More unread than before is a new message; the same again is an edit, an assignment or somebody else's tab. */
  consider(call) {
    const before = this.known.get(call.alert) ?? 0
    this.known.set(call.alert, Number(call.count))
    const looking = document.hasFocus() && location.pathname === call.path
    if (Number(call.count) > before && !looking) this.once(call, () => this.call(call))
  }

  /** One of the open tabs calls; the others find the lock taken. */
  once(call, act) {
    if (!navigator.locks) return act()
    navigator.locks.request(`alert:${call.path}:${call.count}`, { ifAvailable: true }, (lock) => {
      if (!lock) return null
      act()
      return new Promise((done) => setTimeout(done, ONCE))
    })
  }

  call(call) {
    if (this.set.sound && chime(this.set.volume / 100)) this.dispatch("sounded", { detail: call })
    if (!this.set.desktop || Notification.permission !== "granted" || document.hasFocus()) return
    const body = this.set.discreet ? this.wordsTarget.content.textContent : call.words
    const note = new Notification(call.name, { body, tag: call.path, renotify: true, icon: document.querySelector("link[rel=icon]").href, silent: true })
    note.addEventListener("click", () => {
      window.focus()
      this.dispatch("chosen", { detail: { path: call.path } })
      note.close()
    })
  }

  open() {
    for (const name of ["sound", "desktop", "discreet"]) this[`${name}Target`].checked = this.set[name]
    this.volumeTarget.value = this.set.volume
    this.blockedTarget.hidden = globalThis.Notification?.permission !== "denied"
    this.dialogTarget.showModal()
  }

  close() {
    this.dialogTarget.close()
  }

  async allow() {
    const allowed = !this.desktopTarget.checked || (await globalThis.Notification?.requestPermission()) === "granted"
    this.desktopTarget.checked &&= allowed
    this.blockedTarget.hidden = allowed
    this.keep()
  }

  keep() {
    const checked = (name) => this[`${name}Target`].checked
    this.set = { sound: checked("sound"), volume: Number(this.volumeTarget.value), desktop: checked("desktop"), discreet: checked("discreet") }
    localStorage.setItem(KEPT, JSON.stringify(this.set))
    this.gesture()
  }

  tryOut() {
    chime(this.set.volume / 100)
  }
}
