// "(3) Mariana Fuentes · Plaza", and a dot on the tab's icon: how much is unread, and what is open.
//
// @example
// <body data-controller="title" data-title-site-value="Plaza"
//       data-action="desk:title@window->title#name list:drawn@window->title#count"> … <span id="count-unread">3</span>
import { Controller } from "stimulus"

export default class extends Controller {
  static values = { site: String, name: String }

  name({ detail: { name } }) {
    this.nameValue = name
  }

  count() {
    this.write()
  }

  nameValueChanged() {
    this.write()
  }

  write() {
    const unread = document.getElementById("count-unread")?.dataset.n
    const name = [this.nameValue, this.siteValue].filter(Boolean).join(" · ")
    const calls = Boolean(unread && unread !== "0")
    document.title = calls ? `(${unread}) ${name}` : name
    const icon = document.querySelector("link[rel=icon]")
    const wanted = calls ? icon.dataset.unread : icon.dataset.read
    if (icon.getAttribute("href") !== wanted) icon.href = wanted
  }
}
