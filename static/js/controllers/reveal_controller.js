// Shows a password while one wants to read it. Without scripts the button stays hidden.
//
// @example
// <div data-controller="reveal"><input type="password">
//   <button type="button" hidden data-reveal-target="button" data-action="reveal#toggle" aria-pressed="false">…</button></div>
import { Controller } from "stimulus"

export default class extends Controller {
  static targets = ["button"]

  connect() {
    this.buttonTarget.hidden = false
  }

  toggle() {
    const input = this.element.querySelector("input")
    const shown = input.type === "password"
    input.type = shown ? "text" : "password"
    this.buttonTarget.setAttribute("aria-pressed", String(shown))
  }
}
