// Copies a text, and says so.
//
// @example
// <p data-controller="copy"><code data-copy-target="text">ABCD</code><button data-action="copy#copy">Copy</button>
//   <span role="status" data-copy-target="done" data-words="Copied"></span></p>
import { Controller } from "stimulus"

const STAYS = 3_000

export default class extends Controller {
  static targets = ["text", "done"]

  async copy() {
    await navigator.clipboard.writeText(this.textTarget.innerText)
    this.doneTarget.textContent = this.doneTarget.dataset.words
    setTimeout(() => (this.doneTarget.textContent = ""), STAYS)
  }
}
