// Light, dark or as the system: at once here, and kept with the account by the form around it.
//
// @example
// <form data-controller="theme" data-action="submit->theme#save" action="…/preferences/" method="post">
//   <button name="theme" value="dark" role="menuitemradio" data-theme-target="choice" data-action="theme#choose">Dark</button>
import { Controller } from "stimulus"
import { request, toast } from "lib/http"

export default class extends Controller {
  static targets = ["choice"]

  choose({ currentTarget }) {
    const before = document.documentElement.dataset.theme ?? "system"
    this.apply(currentTarget.value)
    this.kept = { name: currentTarget.name, value: currentTarget.value, before }
  }

  async save(event) {
    event.preventDefault()
    const { name, value, before } = this.kept
    try {
      await request(this.element.action, { method: "POST", form: { [name]: value } })
    } catch {
      this.apply(before)
      toast("failed")
    }
  }

  apply(theme) {
    if (theme === "system") delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    for (const choice of this.choiceTargets) choice.setAttribute("aria-checked", String(choice.value === theme))
  }
}
