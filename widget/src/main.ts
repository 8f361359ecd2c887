import { ClinicChat } from "./clinic-chat";
import { injectedConfiguration } from "./configuration";
import { embed } from "./embedding";

// Known only while the file runs for the first time.
const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;

if (customElements.get("clinic-chat") === undefined) {
  ClinicChat.configuration = injectedConfiguration();
  ClinicChat.defaultServer = script?.src ? new URL(script.src).origin : "";
  customElements.define("clinic-chat", ClinicChat);
}
embed(script);
