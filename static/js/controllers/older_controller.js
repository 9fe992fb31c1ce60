// Fetches what is older when the top of a thread comes near. The scroller is reversed, so nothing jumps.
//
// @example
// <div role="log"><div class="older" data-controller="older" data-older-url-value="…/messages/"
//   data-older-thread-outlet="#conversation">…</div> <article class="message">…</article></div>
import { Controller } from "stimulus"
import { request } from "lib/http"
import { parse } from "lib/fragments"

export default class extends Controller {
  static values = { url: String }
  static outlets = ["thread"]

  connect() {
    this.observer = new IntersectionObserver(([entry]) => (this.near = entry.isIntersecting) && this.fetch(), {
      root: this.element.closest(".scroll"),
      rootMargin: "100% 0px 0px 0px",
    })
    this.observer.observe(this.element)
  }

  disconnect() {
    this.observer.disconnect()
  }

  async fetch() {
    const first = this.element.parentElement.querySelector(":scope > .message")
    if (this.busy || !first || !this.hasThreadOutlet) return
    this.busy = true
    const before = `${first.dataset.at},${first.dataset.seq}`
    const answer = await request(`${this.urlValue}?before=${encodeURIComponent(before)}`).catch(() => null)
    this.busy = false
    if (!answer || !this.element.isConnected) return
    const more = answer.response.headers.get("X-Older")
    if (!more) this.element.remove()
    this.threadOutlet.receive(parse(answer.html), { live: false })
    if (more && this.near) this.fetch()
  }
}
