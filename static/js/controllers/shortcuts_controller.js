// Single-letter shortcuts. A control says its own letter (aria-keyshortcuts); letters without a control are told to
// whoever listens. They rest while one types or has turned them off, and never answer to Ctrl, ⌘, Alt or AltGr.
//
// @example
// <body data-controller="shortcuts" data-action="keydown@document->shortcuts#press">
//   <button aria-keyshortcuts="E">Close</button> <a href="…" data-goto="i">Inbox</a> <!-- G, then I -->
//   <section data-action="shortcut:j@window->list#next">
//   <dialog data-shortcuts-target="sheet" data-action="click->shortcuts#outside">
//     <input type="checkbox" data-shortcuts-target="switch" data-action="shortcuts#turn"></dialog>
import { Controller } from "stimulus"

const TYPED_IN = "input, textarea, select, [contenteditable]"
const KEPT = "shortcuts"
const SOON = 1_000

export default class extends Controller {
  static targets = ["sheet", "switch"]

  switchTargetConnected(box) {
    box.checked = this.on
  }

  press(event) {
    if (event.key === "Escape") return this.escape(event)
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.getModifierState("AltGraph") || event.key.length !== 1) return
    if (event.target.closest?.(`${TYPED_IN}, [role=menu], dialog`)) return
    if (event.key === "?") return this.help()
    if (this.on) this.letter(event)
  }

  letter(event) {
    const letter = event.key.toLowerCase()
    const control = this.leading ? document.querySelector(`[data-goto="${CSS.escape(letter)}"]`) : this.controlOf(event.key.toUpperCase())
    this.leading = !this.leading && letter === "g"
    clearTimeout(this.timer)
    this.timer = setTimeout(() => (this.leading = false), SOON)
    if (!control) return this.dispatch(letter, { prefix: "shortcut" })
    event.preventDefault()
    if (control.matches(TYPED_IN)) control.focus()
    else control.click()
  }

  controlOf(letter) {
    const controls = document.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(letter)}"]:not([disabled])`)
    return [...controls].find((control) => control.checkVisibility() || control.closest("[popover]"))
  }

  help() {
    if (this.hasSheetTarget) this.sheetTarget.showModal()
  }

  closeSheet() {
    this.sheetTarget.close()
  }

  outside({ target }) {
    if (target === this.sheetTarget) this.closeSheet()
  }

  turn({ target }) {
    localStorage.setItem(KEPT, target.checked ? "on" : "off")
  }

  get on() {
    return localStorage.getItem(KEPT) !== "off"
  }

  /** Menus close themselves; after them the composer gives the keyboard back to the page, then a drawer closes. */
  escape(event) {
    if (event.defaultPrevented || document.querySelector("[popover]:popover-open, dialog[open]")) return
    if (event.target.matches?.(TYPED_IN)) event.target.blur()
    else this.dispatch("escape", { prefix: "shortcut" })
  }
}
