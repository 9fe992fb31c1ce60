// The field in which one writes: Enter sends, Shift+Enter and Alt+Enter break the line, a dead key or an input
// method never sends; the draft is kept on this machine until it was sent.
//
// @example
// <form data-controller="composer" data-composer-conversation-value="7" data-composer-limit-value="4096"
//       data-action="submit->composer#submit quoting:picked@window->composer#quote outbox:returned@window->composer#returned">
//   <div data-composer-target="answering" hidden><strong data-composer-target="whom"></strong>…</div>
//   <textarea data-composer-target="field" data-action="keydown->composer#key input->composer#typed"></textarea>
//   <span data-composer-target="left" hidden></span> <button data-composer-target="send">Send</button></form>
import { Controller } from "stimulus"
import { read, write } from "lib/drafts"
import { uuid } from "lib/uuid"

const NEAR = 0.9

export default class extends Controller {
  static targets = ["field", "send", "left", "answering", "whom", "words"]
  static values = { conversation: String, limit: Number, unit: String }

  connect() {
    if (!this.hasFieldTarget) return
    this.fieldTarget.value ||= read(this.conversationValue)
    this.typed({ restored: true })
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.shiftKey) return
    if (event.ctrlKey || event.metaKey || !event.altKey) {
      event.preventDefault()
      if (!event.repeat) this.element.requestSubmit()
    } else {
      event.preventDefault()
      this.fieldTarget.setRangeText("\n", this.fieldTarget.selectionStart, this.fieldTarget.selectionEnd, "end")
      this.typed({})
    }
  }

  typed({ restored }) {
    const { value } = this.fieldTarget
    this.sendTarget.disabled = !value.trim() || this.isOver
    this.count()
    this.grow()
    if (!restored) write(this.conversationValue, value)
  }

  /** Browsers without `field-sizing` grow the field by script. */
  grow() {
    if (CSS.supports("field-sizing", "content")) return
    this.fieldTarget.style.blockSize = "auto"
    this.fieldTarget.style.blockSize = `${this.fieldTarget.scrollHeight}px`
  }

  count() {
    const left = this.limitValue - this.length
    this.leftTarget.hidden = !this.limitValue || left > this.limitValue * (1 - NEAR)
    this.leftTarget.textContent = new Intl.NumberFormat(document.documentElement.lang).format(left)
    this.leftTarget.classList.toggle("over", left < 0)
  }

  /** The text goes to the outbox and leaves the field at once, so that a second Enter has nothing to send. */
  submit(event) {
    event.preventDefault()
    const text = this.fieldTarget.value.trim()
    if (!text || this.isOver) return
    const detail = { text, clientId: uuid(), quoted: this.quoted }
    this.fieldTarget.value = ""
    this.unquote()
    this.typed({})
    this.dispatch("send", { detail })
    this.fieldTarget.focus()
  }

  /** A message that could not be sent, back in the field, before what was typed meanwhile. */
  returned({ detail: { text } }) {
    if (!this.hasFieldTarget) return
    this.fieldTarget.value = [text, this.fieldTarget.value].filter((part) => part.trim()).join("\n")
    this.typed({})
    this.fieldTarget.focus()
  }

  quote({ detail }) {
    if (!this.hasFieldTarget) return
    this.quoted = detail
    this.whomTarget.textContent = detail.name
    this.wordsTarget.textContent = detail.words
    this.answeringTarget.hidden = false
    this.fieldTarget.focus()
  }

  unquote() {
    this.quoted = null
    this.answeringTarget.hidden = true
  }

  get length() {
    const { value } = this.fieldTarget
    return this.unitValue === "bytes" ? new TextEncoder().encode(value).length : [...value].length
  }

  get isOver() {
    return this.limitValue > 0 && this.length > this.limitValue
  }
}
