/**
 * The lookbook as a single-page app: history, views made of DOM nodes, and a slot that comes late.
 * Without it the links are links, and the server renders each look.
 */
(() => {
  "use strict";

  /** How long after a navigation the slot appears: as if its content had been fetched. */
  const LATE_MS = 400;

  const book = document.querySelector("[data-looks]");
  const links = [...book.querySelectorAll("[data-look]")];
  let view = book.querySelector("[data-look-view]");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let late;

  /**
   * @param {string} tag
   * @param {string} className
   * @param {string} [text]
   */
  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  /** @param {DOMStringMap} look */
  function picture(look) {
    const image = make("img", "look__picture");
    Object.assign(image, { src: `/assets/art/${look.art}.svg`, alt: "", width: 900, height: 1000 });
    return image;
  }

  /** @param {DOMStringMap} look */
  function pieces(look) {
    const list = make("ul", "look__pieces");
    list.setAttribute("aria-label", book.dataset.piecesLabel);
    for (const { name, kind, url } of JSON.parse(look.pieces)) {
      const link = make("a", "", `${name}, ${kind}`);
      link.href = url;
      const item = make("li", "");
      item.append(link);
      list.append(item);
    }
    return list;
  }

  /** @param {DOMStringMap} look */
  function draw(look) {
    const words = make("div", "look__words");
    words.append(make("h1", "look__title", look.title), make("p", "look__text", look.text), pieces(look));
    const body = make("div", "look__body");
    body.append(words);
    const next = make("article", `look look--${look.art}`);
    next.dataset.lookView = "";
    next.append(picture(look), body);
    view.replaceWith(next);
    view = next;
  }

  function addSlot() {
    const slot = make("div", "look__slot");
    slot.dataset.slot = "look";
    view.querySelector(".look__body").append(slot);
  }

  /** @param {HTMLAnchorElement} link */
  function mark(link) {
    for (const other of links) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "page");
    document.title = document.title.replace(/^.* · /, `${link.dataset.title} · `);
  }

  /** Show the look of the address. The slot of the look before goes with its view. */
  function render() {
    const link = links.find((each) => each.pathname === location.pathname) || links[0];
    clearTimeout(late);
    mark(link);
    draw(link.dataset);
    late = setTimeout(addSlot, LATE_MS);
  }

  /** @param {MouseEvent} event */
  function follow(event) {
    const link = event.target instanceof Element && event.target.closest("[data-look]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.pathname !== location.pathname) history.pushState(null, "", link.href);
    render();
  }

  book.addEventListener("click", follow);
  addEventListener("popstate", render);
  late = setTimeout(addSlot, LATE_MS);
})();
