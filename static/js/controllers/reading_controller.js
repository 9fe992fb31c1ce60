// Marks a conversation read while somebody really looks at its newest message.
//
// @example
// <div data-controller="reading" data-reading-url-value="…/reading/" data-reading-id-value="7"
//      data-action="thread:arrived->reading#arrived visibilitychange@document->reading#look focus@window->reading#look">
//   <div class="scroll" data-reading-target="scroller" data-action="scroll->reading#look">…</div></div>
import { Controller } from "stimulus"
import { request } from "lib/http"
import { atNewest } from "lib/place"

const GLANCE = 300

export default class extends Controller {
  static targets = ["scroller"]
  static values = { url: String, id: String }

  connect() {
    this.dispatch("done", { detail: { id: this.idValue } }) // the page that opened it has said so already
  }

  disconnect() {
    clearTimeout(this.timer)
  }

  arrived() {
    this.unread = true
    this.look()
  }

  look() {
    if (this.unread) this.timer ??= setTimeout(() => this.mark(), GLANCE)
  }

  async mark() {
    this.timer = null
    if (!this.unread || document.visibilityState !== "visible" || !atNewest(this.scrollerTarget)) return
    this.unread = false
    this.dispatch("done", { detail: { id: this.idValue } })
    const told = await request(this.urlValue, { method: "POST" }).catch(() => null)
    if (told) this.dispatch("told", { detail: { id: this.idValue } })
    else this.unread = true
  }
}
