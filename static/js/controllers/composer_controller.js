// The field in which one writes: Enter sends, Shift+Enter and Alt+Enter break the line, a dead key or an input
// method never sends; the draft of each mode (reply, note) is kept on this machine until it was sent.
//
// @example
// <form data-controller="composer" data-composer-conversation-value="7" data-composer-limit-value="4096"
//       data-action="submit->composer#submit quoting:picked@window->composer#quote outbox:returned@window->composer#returned">
//   <button data-composer-target="mode" data-composer-mode-param="note" data-action="composer#choose" aria-pressed="false">Note</button>
//   <div data-composer-target="answering" hidden><strong data-composer-target="whom"></strong>…</div>
//   <textarea data-composer-target="field" data-action="keydown->composer#key input->composer#typed"></textarea>
//   <span data-composer-target="left" hidden></span> <button data-composer-target="send">Send</button></form>
import { Controller } from "stimulus"
import { read, write } from "lib/drafts"
import { uuid } from "lib/uuid"
import { grow, lengthOf } from "lib/writing"

const NEAR = 0.9

export default class extends Controller {
  static targets = ["field", "send", "left", "answering", "whom", "words", "mode", "kept"]
  static values = { conversation: String, limit: Number, unit: String }

  connect() {
    this.reply = this.fieldTarget.placeholder
    this.fieldTarget.value ||= read(this.draftName)
    this.typed({ restored: true })
  }

  /** Each mode keeps its own words. */
  choose({ params: { mode } }) {
    if (mode !== this.mode) {
      this.element.dataset.mode = mode
      for (const tab of this.modeTargets) tab.ariaPressed = String(tab.dataset.composerModeParam === mode)
      this.fieldTarget.placeholder = this.isNote ? this.fieldTarget.dataset.notePlaceholder : this.reply
      this.fieldTarget.value = read(this.draftName)
      this.unquote()
      this.typed({ restored: true })
    }
    this.fieldTarget.focus()
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.shiftKey) return
    event.preventDefault()
    if (event.ctrlKey || event.metaKey || !event.altKey) {
      if (!event.repeat) this.element.requestSubmit()
    } else {
      this.fieldTarget.setRangeText("\n", this.fieldTarget.selectionStart, this.fieldTarget.selectionEnd, "end")
      this.typed({})
    }
  }

  typed({ restored }) {
    const { value } = this.fieldTarget
    this.sendTarget.disabled = !value.trim() || this.isOver
    this.count()
    grow(this.fieldTarget)
    if (!restored) write(this.draftName, value)
    this.keptTarget.hidden = !value.trim()
  }

  count() {
    const left = this.limitValue - this.length
    this.leftTarget.hidden = this.isNote || !this.limitValue || left > this.limitValue * (1 - NEAR)
    this.leftTarget.textContent = new Intl.NumberFormat(document.documentElement.lang).format(left)
    this.leftTarget.classList.toggle("over", left < 0)
  }

  /** The text goes to the outbox and leaves the field at once, so that a second Enter has nothing to send. */
  submit(event) {
    event.preventDefault()
    const text = this.fieldTarget.value.trim()
    if (!text || this.isOver) return
    const detail = { text, clientId: uuid(), quoted: this.quoted, isNote: this.isNote }
    this.fieldTarget.value = ""
    this.unquote()
    this.typed({})
    this.dispatch("send", { detail })
    this.fieldTarget.focus()
  }

  /** What could not be sent, back in its field, before what was typed meanwhile. */
  returned({ detail: { text, isNote } }) {
    this.choose({ params: { mode: isNote ? "note" : "reply" } })
    this.fieldTarget.value = [text, this.fieldTarget.value].filter((part) => part.trim()).join("\n")
    this.typed({})
  }

  quote({ detail }) {
    this.choose({ params: { mode: "reply" } })
    this.quoted = detail
    this.whomTarget.textContent = detail.name
    this.wordsTarget.textContent = detail.words
    this.answeringTarget.hidden = false
  }

  unquote() {
    this.quoted = null
    this.answeringTarget.hidden = true
  }

  get mode() {
    return this.element.dataset.mode
  }

  get isNote() {
    return this.mode === "note"
  }

  get draftName() {
    return this.isNote ? `${this.conversationValue}:note` : this.conversationValue
  }

  get length() {
    return lengthOf(this.fieldTarget.value, this.unitValue)
  }

  get isOver() {
    return !this.isNote && this.limitValue > 0 && this.length > this.limitValue
  }
}
