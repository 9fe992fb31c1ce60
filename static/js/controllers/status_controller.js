// What I say of myself, online, away or busy: at once here, and kept by the form around it.
//
// @example
// <form data-controller="status" data-action="submit->status#save" action="…/presence/" method="post">
//   <button name="availability" value="away" role="menuitemradio" data-status-target="choice">Away</button></form>
import { Controller } from "stimulus"
import { request, toast } from "lib/http"

export default class extends Controller {
  static targets = ["choice"]

  async save(event) {
    event.preventDefault()
    const { submitter } = event
    const before = this.choiceTargets.find((choice) => choice.ariaChecked === "true")
    this.show(submitter)
    try {
      await request(this.element.action, { method: "POST", form: { [submitter.name]: submitter.value } })
    } catch {
      this.show(before)
      toast("failed")
    }
  }

  show(chosen) {
    for (const choice of this.choiceTargets) choice.setAttribute("aria-checked", String(choice === chosen))
    for (const dot of document.querySelectorAll(".presence.mine")) {
      dot.dataset.status = chosen.value
      dot.querySelector(".sr").textContent = chosen.textContent.trim()
    }
  }
}
