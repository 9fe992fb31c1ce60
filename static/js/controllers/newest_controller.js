// "3 new messages ↓" for who reads further up, and the line above the first that they have not read.
//
// @example
// <div class="stream" data-controller="newest" data-action="thread:arrived@window->newest#arrived">
//   … data-newest-unread-value="2": how many of the customer's were unread when the thread was opened
//   <div class="scroll from-end" data-newest-target="scroller" data-action="scroll->newest#scrolled">…</div>
//   <button data-newest-target="button" data-action="newest#go" hidden><span data-plural="one">1 new message</span>
//     <span data-plural="other"><span data-n></span> new messages</span></button>
//   <template data-newest-target="line"><div class="new-line">New</div></template></div>
import { Controller } from "stimulus"
import { atNewest, toNewest } from "lib/place"

export default class extends Controller {
  static targets = ["scroller", "button", "line"]
  static values = { count: Number, unread: Number }

  connect() {
    const inbound = [...this.element.querySelectorAll(".message.in")]
    if (this.unreadValue && inbound.length) this.drawLine(inbound.at(-this.unreadValue) ?? inbound[0])
  }

  drawLine(message) {
    this.element.querySelector(".new-line")?.remove()
    message.before(this.lineTarget.content.firstElementChild.cloneNode(true))
  }

  arrived({ detail: { messages, newest } }) {
    if (newest || !this.element.contains(messages[0])) return
    if (!this.countValue) this.drawLine(messages[0])
    this.countValue += messages.length
  }

  scrolled() {
    const there = atNewest(this.scrollerTarget)
    if (there) this.countValue = 0
    this.buttonTarget.hidden = there
  }

  countValueChanged(count) {
    this.buttonTarget.dataset.count = count
    const rule = new Intl.PluralRules(document.documentElement.lang).select(count) === "one" ? "one" : "other"
    for (const words of this.buttonTarget.querySelectorAll("[data-plural]")) {
      words.hidden = words.dataset.plural !== rule
      const number = words.querySelector("[data-n]")
      if (number) number.textContent = count
    }
  }

  go() {
    toNewest(this.scrollerTarget)
  }
}
