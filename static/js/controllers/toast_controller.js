// Short words at the foot of the page, for eight seconds, with an undo where there is one. The words are templates:
// a script names one, and may hand over what undoing means.
//
// @example
// <div class="toasts" data-controller="toast" data-action="toast:show@window->toast#show">
//   <template data-toast-target="words" data-name="closed"><div class="toast"><span>Closed</span>
//     <button data-action="toast#undo">Undo</button></div></template>
// </div>
import { Controller } from "stimulus"

const STAYS = 8_000

export default class extends Controller {
  static targets = ["words", "said"]

  undos = new WeakMap()

  /** What the server said with the page. */
  saidTargetConnected(toast) {
    this.expire(toast)
  }

  show({ detail: { name, undo, words } }) {
    const template = this.wordsTargets.find((target) => target.dataset.name === name)
    if (!template) return
    for (const other of this.element.querySelectorAll(`:scope > .toast[data-name="${name}"]`)) other.remove()
    const toast = template.content.firstElementChild.cloneNode(true)
    toast.dataset.name = name
    if (words) toast.querySelector("[data-words]").textContent = words
    if (undo) this.undos.set(toast, undo)
    this.element.append(toast)
    if (template.dataset.stays === undefined) this.expire(toast)
  }

  /** Counts only while nobody points at it. */
  expire(toast) {
    let timer = setTimeout(() => toast.remove(), STAYS)
    toast.addEventListener("pointerenter", () => clearTimeout(timer))
    toast.addEventListener("pointerleave", () => (timer = setTimeout(() => toast.remove(), STAYS / 2)))
  }

  undo({ target }) {
    const toast = target.closest(".toast")
    this.undos.get(toast)?.()
    toast.remove()
  }

  ended() {
    this.show({ detail: { name: "ended" } })
  }

  moved() {
    this.show({ detail: { name: "moved" } })
  }

  dismiss({ target }) {
    target.closest(".toast").remove()
  }

  reload() {
    location.reload()
  }
}
