"use strict";
// News for an open page, and a warning before it is signed out. The desk is complete without this.
// Text only ever becomes text: the server's HTML is parsed by the browser, never from a string here.
(() => {
  const [fresh, news, alarm, ending, endingLeft, stay, stale] =
    ["fresh", "news", "alarm", "ending", "ending-left", "stay", "stale"].map((id) => document.getElementById(id));
  const body = document.body;
  const title = document.title;
  const TYPING_MS = 60000;
  const MINUTE = 60;

  // ---- Asking the server ------------------------------------------------------------------------
  const asked = new Set();
  // A form takes the page with it: what signs somebody out is no news any more.
  let leaving = false;

  // XMLHttpRequest and not fetch: it gives a document where Trusted Types forbid parsing strings.
  function ask(method, address, form) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      asked.add(request);
      request.open(method, address);
      request.responseType = "document";
      request.timeout = 10000;
      request.onloadend = () => {
        asked.delete(request);
        done({ status: request.status, page: request.response });
      };
      if (form) request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      request.send(form || null);
    });
  }

  // ---- Signing out ------------------------------------------------------------------------------
  let endsAt = 0;
  let told = false;

  function lasts(seconds) {
    endsAt = performance.now() + 1000 * Number(seconds);
    told = false;
    if (ending) ending.parentElement.hidden = true;
  }

  function inWords(seconds) {
    const count = seconds > MINUTE ? Math.ceil(seconds / MINUTE) : Math.max(0, Math.ceil(seconds / 10) * 10);
    const unit = seconds > MINUTE ? "minute" : "second";
    return `${count} ${unit}${count === 1 ? "" : "s"}`;
  }

  function watch() {
    const left = (endsAt - performance.now()) / 1000;
    if (left > Number(body.dataset.warning)) return;
    ending.parentElement.hidden = false;
    if (left <= 0) {
      signedOut();
      return;
    }
    endingLeft.textContent = inWords(left);
    if (!told) alarm.textContent = `You are signed out in ${inWords(left)}.`;
    told = true;
  }

  function signedOut() {
    clearInterval(watching);
    clearInterval(polling);
    ending.parentElement.hidden = false;
    ending.textContent = "You are signed out. Nothing new is shown here.";
    const link = document.createElement("a");
    link.href = "";
    link.textContent = "Sign in again";
    stay.replaceWith(link);
    alarm.textContent = ending.textContent;
    document.title = `Signed out - ${title}`;
  }

  async function goOn() {
    const token = document.querySelector('input[name="form_token"]');
    const answer = await ask("POST", "/desk/stay", new URLSearchParams({ form_token: token.value }).toString());
    if (answer.status === 200) lasts(answer.page.querySelector("[data-left]").dataset.left);
    if (answer.status === 401 || answer.status === 403) signedOut();
  }

  // Whoever types is there: a long note must not be lost.
  let typedAt = performance.now();
  function typed() {
    if (performance.now() - typedAt < TYPING_MS) return;
    typedAt = performance.now();
    goOn();
  }

  // ---- News -------------------------------------------------------------------------------------
  const places = [...document.querySelectorAll("[data-news]")];
  let unseen = 0;

  function retitle() {
    if (document.hasFocus()) unseen = 0;
    document.title = unseen ? `(${unseen} new) ${title}` : title;
  }

  // What is the same stays in its place, so that neither focus nor reading position moves.
  function exchange(old, made) {
    if (old.outerHTML === made.outerHTML) return;
    const held = old.contains(document.activeElement);
    old.replaceWith(document.adoptNode(made));
    if (held) (made.querySelector("a, button") || document.getElementById("main")).focus({ preventScroll: true });
  }

  function exchangeCells(row, made) {
    if (row.children.length !== made.children.length || row.localName === "li") {
      exchange(row, made);
      return;
    }
    row.className = made.className;
    for (const [place, cell] of [...made.children].entries()) exchange(row.children[place], cell);
  }

  function patch(list, made) {
    const known = new Map([...list.children].map((row) => [row.dataset.key, row]));
    let next = list.firstElementChild;
    for (const row of [...made.children]) {
      const before = known.get(row.dataset.key);
      known.delete(row.dataset.key);
      if (!before) {
        list.insertBefore(document.adoptNode(row), next);
        continue;
      }
      if (before === next) next = next.nextElementSibling;
      else list.insertBefore(before, next);
      exchangeCells(before, row);
    }
    for (const gone of known.values()) gone.remove();
  }

  function renew(old, made) {
    const lists = [old, made].map((part) => part.querySelector("tbody, .talk ol"));
    if (!lists[0] || !lists[1]) {
      exchange(old, made);
      return;
    }
    patch(...lists);
    exchange(...[old, made].map((part) => part.querySelector(".counts, .owner")));
    Object.assign(old.dataset, made.dataset);
  }

  function tellOfQueue(old, made) {
    const before = new Set([...old.querySelectorAll("[data-pressing]")].map((row) => row.dataset.key));
    const pressing = [...made.querySelectorAll("[data-pressing]")].filter((row) => !before.has(row.dataset.key));
    const rows = new Set([...old.querySelectorAll("[data-key]")].map((row) => row.dataset.key));
    const others = [...made.querySelectorAll("[data-key]")]
      .filter((row) => !rows.has(row.dataset.key) && !pressing.includes(row));
    if (pressing.length) {
      alarm.textContent = pressing.map((row) => `New: ${row.dataset.pressing}, record ${row.dataset.key}.`).join(" ");
    }
    if (others.length) news.textContent = others.length === 1 ? "1 new record." : `${others.length} new records.`;
    unseen += pressing.length + others.length;
  }

  function tellOfTalk(old, made) {
    const known = new Set([...old.querySelectorAll("[data-key]")].map((line) => line.dataset.key));
    const lines = [...made.querySelectorAll(".patient[data-key]")].filter((line) => !known.has(line.dataset.key));
    if (lines.length) {
      news.textContent = `The patient wrote: ${lines.map((line) => line.querySelector(".theirs").textContent).join(" ")}`;
    }
    unseen += lines.length;
    const changed = (part) => `${part.dataset.version} ${part.dataset.owner}`;
    if (changed(made) !== changed(old)) stale.hidden = false;
  }

  let asking = false;
  async function poll() {
    if (asking || leaving) return;
    asking = true;
    for (const place of places) {
      if (!await renewed(place)) break;
    }
    asking = false;
  }

  // Whether the next place may be asked for too.
  async function renewed(place) {
    const answer = await ask("GET", place.dataset.news);
    if (leaving) return false;
    if (answer.status === 401) {
      signedOut();
      return false;
    }
    const made = answer.status === 200 && answer.page && answer.page.body.firstElementChild;
    if (!made) {
      stuck();
      return false;
    }
    if (Number(made.dataset.left) * 1000 > endsAt - performance.now() + 2000) lasts(made.dataset.left);
    const old = place.firstElementChild;
    if (place.id === "queue") tellOfQueue(old, made);
    else tellOfTalk(old, made);
    const atEnd = isAtEnd(old);
    renew(old, made);
    if (atEnd) toEnd(place);
    if (fresh) {
      fresh.parentElement.classList.remove("stuck");
      fresh.textContent = `Up to date at ${new Date().toLocaleTimeString("en-US")}`;
    }
    retitle();
    return true;
  }

  function stuck() {
    if (!fresh || fresh.parentElement.classList.contains("stuck")) return;
    fresh.parentElement.classList.add("stuck");
    fresh.textContent = `${fresh.textContent}; no news since, the server does not answer`;
    news.textContent = "The server does not answer. What is shown may be old.";
  }

  function isAtEnd(part) {
    const talk = part.querySelector(".talk");
    return Boolean(talk) && talk.scrollHeight - talk.scrollTop - talk.clientHeight < 40;
  }

  function toEnd(place) {
    const talk = place.querySelector(".talk");
    if (talk) talk.scrollTop = talk.scrollHeight;
  }

  // ---- Forms ------------------------------------------------------------------------------------
  // A second press sends nothing: a note is added once.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) {
      event.preventDefault();
      return;
    }
    // A file is downloaded and the page stays.
    if (event.target.getAttribute("action") !== "/desk/export") {
      leaving = true;
      for (const request of asked) request.abort();
      event.target.dataset.sent = "yes";
      if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    }
  });
  // Come back to with the browser's own button, a form can be sent again.
  addEventListener("pageshow", () => {
    leaving = false;
    for (const form of document.forms) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
  });

  // ---- Start ------------------------------------------------------------------------------------
  let watching = 0;
  let polling = 0;
  if (body.dataset.left !== undefined) {
    lasts(body.dataset.left);
    watching = setInterval(watch, 1000);
    stay.addEventListener("click", goOn);
    document.addEventListener("input", typed);
  }
  if (places.length) {
    polling = setInterval(poll, 1000 * Number(places[0].dataset.every));
    addEventListener("focus", retitle);
    places.forEach(toEnd);
  }
})();
