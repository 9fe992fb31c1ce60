// Keeps one live stream open for the element it is on and tells the element what comes.
//
// @example
// <section data-controller="live list" data-live-url-value="/w/acme/live/inbox/"
//          data-action="live:frame->list#frame live:catchup->list#catchUp">
//
// Events: live:frame (detail: the frame), live:catchup (ask for what may be missing), live:refused;
// on the window live:lost and live:open (detail: the stream).
import { Controller } from "stimulus"
import { LiveSocket } from "lib/socket"

const EVERY = 30_000

export default class extends Controller {
  static values = { url: String }

  connect() {
    this.socket = new LiveSocket(this.urlValue, {
      frame: (frame) => this.frame(frame),
      open: () => this.opened(),
      lost: () => this.tell("lost"),
      refused: () => this.dispatch("refused"),
    })
    this.socket.connect()
    // Delivery is at most once, so the page also asks on its own, each browser at its own moment.
    this.timer = setInterval(() => this.catchUp(), EVERY * (0.9 + Math.random() * 0.2))
    this.wake = () => document.visibilityState === "visible" && this.woken()
    this.online = () => this.woken()
    document.addEventListener("visibilitychange", this.wake)
    window.addEventListener("online", this.online)
    window.addEventListener("pageshow", this.wake)
  }

  disconnect() {
    clearInterval(this.timer)
    document.removeEventListener("visibilitychange", this.wake)
    window.removeEventListener("online", this.online)
    window.removeEventListener("pageshow", this.wake)
    this.socket.stop()
    this.tell("open") // a stream that was given up is not a lost one
  }

  frame(frame) {
    if (frame.catch_up) return this.catchUp()
    this.dispatch("frame", { detail: frame })
  }

  opened() {
    this.tell("open")
    this.catchUp()
  }

  /** To the window: the element may be gone from the page by now. */
  tell(name) {
    this.dispatch(name, { target: window, detail: { stream: this.urlValue } })
  }

  woken() {
    this.socket.wake()
    this.catchUp()
  }

  catchUp() {
    this.dispatch("catchup")
  }
}
