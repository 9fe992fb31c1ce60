// Keeps every dot that says where a member is true: a frame brings the new one, a page that may have missed some asks.
//
// @example
// <body data-controller="presence" data-presence-url-value="/w/acme/presence/" data-action="live:frame->presence#frame">
//   <span class="presence" data-presence="7" data-status="online"><span class="sr">online</span></span>
import { Controller } from "stimulus"
import { request } from "lib/http"
import { parse } from "lib/fragments"

export default class extends Controller {
  static values = { url: String }

  frame({ detail: { html } }) {
    if (html?.includes("data-presence")) this.take(html)
  }

  async catchUp() {
    const answer = await request(this.urlValue).catch(() => null) // the next open of the socket asks again
    if (answer) this.take(answer.html)
  }

  /** No longer a member: the page as it would be now says so. */
  refused() {
    location.reload()
  }

  take(html) {
    for (const fresh of parse(html).querySelectorAll(".presence[data-presence]")) {
      const id = CSS.escape(fresh.dataset.presence)
      for (const old of this.element.querySelectorAll(`.presence[data-presence="${id}"]:not(.mine)`)) old.replaceWith(fresh.cloneNode(true))
    }
  }
}
