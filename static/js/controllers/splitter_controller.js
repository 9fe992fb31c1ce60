// The edge between two panes, pulled by pointer or arrow keys; the width is remembered on this machine.
//
// @example
// <div class="splitter" role="separator" tabindex="0" aria-orientation="vertical" aria-label="Width of the list"
//      data-controller="splitter" data-splitter-name-value="list" data-splitter-min-value="280" data-splitter-max-value="440"
//      data-action="pointerdown->splitter#pull keydown->splitter#step"></div>
import { Controller } from "stimulus"

const STEP = 20

export default class extends Controller {
  static values = { name: String, min: Number, max: Number }

  connect() {
    const kept = Number(localStorage.getItem(this.key))
    this.set(kept || this.element.parentElement.offsetWidth, { keep: false })
  }

  pull(event) {
    event.preventDefault()
    this.element.setPointerCapture(event.pointerId)
    this.element.toggleAttribute("data-pulling", true)
    const left = this.element.parentElement.getBoundingClientRect().left
    const move = ({ clientX }) => this.set(clientX - left)
    this.element.addEventListener("pointermove", move)
    this.element.addEventListener("lostpointercapture", () => {
      this.element.removeEventListener("pointermove", move)
      this.element.removeAttribute("data-pulling")
    }, { once: true })
  }

  step(event) {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key]
    if (!by) return
    event.preventDefault()
    this.set(this.element.parentElement.offsetWidth + by)
  }

  set(wanted, { keep = true } = {}) {
    const width = Math.round(Math.min(this.maxValue, Math.max(this.minValue, wanted)))
    document.documentElement.style.setProperty(`--${this.nameValue}-set`, `${width}px`)
    this.element.setAttribute("aria-valuenow", width)
    if (keep) localStorage.setItem(this.key, width)
  }

  get key() {
    return `width:${this.nameValue}`
  }
}
