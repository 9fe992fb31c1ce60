// Sends a form as soon as something was chosen in it.
//
// @example
// <form data-controller="choosing"><input type="file" data-action="choosing#send"></form>
import { Controller } from "stimulus"

export default class extends Controller {
  send() {
    this.element.requestSubmit()
  }
}
