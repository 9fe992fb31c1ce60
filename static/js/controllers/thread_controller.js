// A thread's messages: each finds its place by (at, seq) or replaces its id; who reads further up is not moved; what
// was missed is asked for by the cursor, which moves on only over what is known to be whole.
//
// @example
// <div data-controller="thread live" data-thread-url-value="…/messages/" data-thread-cursor-value="41"
//      data-action="live:frame->thread#frame live:catchup->thread#catchUp">
//   <div class="scroll from-end" data-thread-target="scroller"><div role="log" data-thread-target="log">…</div></div></div>
//
// Events: thread:arrived (detail: messages of the customer's, and whether their reader looks at the newest),
// thread:stale (the head and the window have changed with them).
import { Controller } from "stimulus"
import { request } from "lib/http"
import { parse, patch, placeUpwards } from "lib/fragments"
import { regroup } from "lib/grouping"
import { atNewest, keepingPlace, toNewest } from "lib/place"

const GAP = 400, BEHIND = 5 * 60_000

export default class extends Controller {
  static targets = ["scroller", "log"]
  static values = { url: String, cursor: Number }

  connect() {
    this.drawnAt = Date.now()
    regroup(this.logTarget)
  }

  disconnect() {
    clearTimeout(this.timer)
  }

  frame({ detail }) {
    if (detail.html) this.receive(parse(detail.html))
    else if (detail.header) this.dispatch("stale")
    else if (detail.nudge) this.catchUp()
  }

  /** Takes fragments from wherever they come: the socket, a reply, the catch-up, an older page. */
  receive(fragment, { live = true } = {}) {
    const messages = [...fragment.querySelectorAll(".message")].sort((a, b) => a.dataset.rev - b.dataset.rev)
    const newest = atNewest(this.scrollerTarget) && document.visibilityState === "visible"
    const fresh = keepingPlace(this.scrollerTarget, this.logTarget, () => {
      const added = messages.filter((message) => this.put(message))
      regroup(this.logTarget)
      return added
    })
    if (live) messages.forEach((message) => this.advance(Number(message.dataset.rev)))
    const unseen = live ? fresh.filter((message) => message.dataset.direction === "in") : []
    if (unseen.length) this.dispatch("arrived", { detail: { messages: unseen, newest } })
    if (live && fresh.some((message) => this.outdates(message))) this.dispatch("stale")
  }

  /** A message of this page's own making, ahead of the server's drawing of it. */
  show(message) {
    placeUpwards(this.logTarget, message, ".message")
    regroup(this.logTarget)
    toNewest(this.scrollerTarget)
  }

  /** Answers whether the message is new here. */
  put(message) {
    const old = this.logTarget.querySelector(`#${CSS.escape(message.id)}`)
    if (old && Number(old.dataset.rev) > Number(message.dataset.rev)) return false
    const moved = !old || old.dataset.at !== message.dataset.at || old.dataset.seq !== message.dataset.seq
    if (old) patch(old, message)
    if (moved) {
      old?.remove()
      placeUpwards(this.logTarget, old ?? message, ".message")
    }
    return !old
  }

  /** Each change has the next number: a hole means that a frame was lost. */
  advance(rev) {
    if (rev === this.cursorValue + 1) this.cursorValue = rev
    else if (rev > this.cursorValue) this.timer ??= setTimeout(() => this.catchUp(), GAP * (1 + Math.random()))
  }

  async catchUp() {
    clearTimeout(this.timer)
    this.timer = null
    const answer = await request(`${this.urlValue}?since=${this.cursorValue}`).catch(() => null)
    if (!answer || !this.element.isConnected) return
    const { headers } = answer.response
    this.cursorValue = Math.max(this.cursorValue, Number(headers.get("X-Cursor")))
    this.receive(parse(answer.html))
    if (headers.has("X-More")) this.catchUp()
  }

  /** Events change the head; a customer's message opens or prolongs the window. */
  outdates(message) {
    const { direction } = message.dataset
    if (direction === "event") return true
    if (direction !== "in" || (!this.isShut && Date.now() - this.drawnAt < BEHIND)) return false
    this.drawnAt = Date.now()
    return true
  }

  get newest() {
    return this.logTarget.lastElementChild?.dataset.at
  }

  get isShut() {
    return this.element.querySelector("#dock")?.dataset.locked !== undefined || this.element.querySelector("#window[data-level]")
  }
}
