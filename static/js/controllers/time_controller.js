// Writes times in words, in the reader's own time zone, and keeps them true while the page is open.
//
// @example
// <body data-controller="time" data-action="htmx:load@document->time#loaded">
//   <time datetime="2026-11-20T17:05:00Z" data-format="clock|short|day|since|left"></time>
import { Controller } from "stimulus"
import { fill } from "lib/times"

const EVERY = 20_000

export default class extends Controller {
  connect() {
    this.fill()
    this.timer = setInterval(() => this.fill(), EVERY)
    this.visible = () => document.visibilityState === "visible" && this.fill()
    document.addEventListener("visibilitychange", this.visible)
  }

  disconnect() {
    clearInterval(this.timer)
    document.removeEventListener("visibilitychange", this.visible)
  }

  loaded({ target }) {
    if (target instanceof Element) fill(target.parentElement ?? target)
  }

  fill() {
    fill(document)
  }
}
