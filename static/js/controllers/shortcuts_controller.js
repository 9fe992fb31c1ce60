// Single-letter shortcuts. A control says its own letter (aria-keyshortcuts); letters without a control are told to
// whoever listens. They rest while one types, and never answer to Ctrl, ⌘, Alt or AltGr.
//
// @example
// <body data-controller="shortcuts" data-action="keydown@document->shortcuts#press">
//   <button aria-keyshortcuts="E">Close</button>
//   <section data-action="shortcut:j@window->list#next">
import { Controller } from "stimulus"

const TYPED_IN = "input, textarea, select, [contenteditable]"

export default class extends Controller {
  press(event) {
    if (event.key === "Escape") return this.escape(event)
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.getModifierState("AltGraph") || event.key.length !== 1) return
    if (event.target.closest?.(`${TYPED_IN}, [role=menu]`)) return
    const letter = event.key.toLowerCase()
    const control = this.controlOf(event.key.toUpperCase())
    if (control) {
      event.preventDefault()
      if (control.matches(TYPED_IN)) control.focus()
      else control.click()
    } else {
      this.dispatch(letter, { prefix: "shortcut" })
    }
  }

  controlOf(letter) {
    const controls = document.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(letter)}"]:not([disabled])`)
    return [...controls].find((control) => control.checkVisibility())
  }

  /** Menus close themselves; after them the composer gives the keyboard back to the page, then a drawer closes. */
  escape(event) {
    if (event.defaultPrevented || document.querySelector("[popover]:popover-open")) return
    if (event.target.matches?.(TYPED_IN)) event.target.blur()
    else this.dispatch("escape", { prefix: "shortcut" })
  }
}
