// A menu on a popover: opens beside its button, walks with the arrows, closes when something was chosen.
//
// @example
// <div data-controller="menu">
//   <button popovertarget="m1" data-menu-target="button" aria-haspopup="menu" aria-expanded="false">Me</button>
//   <div class="menu" id="m1" popover role="menu" data-menu-target="menu"
//        data-action="toggle->menu#toggled keydown->menu#walk click->menu#chosen">
//     <button role="menuitem" class="choice">…</button></div></div>
import { Controller } from "stimulus"

const GAP = 4

export default class extends Controller {
  static targets = ["button", "menu"]

  toggled({ newState }) {
    const open = newState === "open"
    this.buttonTarget.setAttribute("aria-expanded", String(open))
    if (!open) return
    this.place()
    this.choices[0]?.focus()
  }

  place() {
    const button = this.buttonTarget.getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = this.menuTarget
    const roomBelow = innerHeight - button.bottom > height + GAP
    const beside = button.right + width + GAP < innerWidth && button.left < width / 2
    const x = beside && !roomBelow ? button.right + GAP * 2 : Math.min(button.left, innerWidth - width - GAP * 2)
    const y = roomBelow ? button.bottom + GAP : beside ? button.bottom - height : button.top - height - GAP
    this.menuTarget.style.setProperty("--x", `${Math.max(GAP * 2, x)}px`)
    this.menuTarget.style.setProperty("--y", `${Math.max(GAP * 2, y)}px`)
  }

  walk(event) {
    const at = this.choices.indexOf(document.activeElement)
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    const to = step ? (at + step + this.choices.length) % this.choices.length : { Home: 0, End: this.choices.length - 1 }[event.key]
    if (to === undefined) return this.find(event, at)
    event.preventDefault()
    this.choices[to]?.focus()
  }

  /** A letter goes to the next choice that begins with it. */
  find(event, at) {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return
    const order = [...this.choices.slice(at + 1), ...this.choices.slice(0, at + 1)]
    order.find((choice) => choice.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus()
  }

  chosen({ target }) {
    if (target.closest(".choice")) this.menuTarget.hidePopover()
  }

  get choices() {
    return [...this.menuTarget.querySelectorAll(".choice:not([disabled])")]
  }
}
