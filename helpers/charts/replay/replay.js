// Moves the messages of a replay. Each root carries its film as JSON (see page.py); everything is
// drawn from it for any moment, so playing, seeking and stepping cannot disagree.
(() => {
  "use strict";
  const SHAPES = {
    first: "M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0-4.5 0Z",
    redelivery: "M0-5.8L5.6 4.3L-5.6 4.3Z",
    duplicate: "M-4.3-4.3H4.3V4.3H-4.3Z",
  };
  const KINDS = ["first", "redelivery", "duplicate"];
  const PITCH = 13; // pixels from dot to dot
  const GLIDE = 0.11; // seconds in which a dot goes two thirds of its way
  const NARROW = 560; // pixels of width below which it runs from top to bottom
  const SEEN = 0.9; // seconds for which something that takes no time is seen
  const RANK = ["senders", "topic", "queue", "delayed", "state", "worker", "function", "nobody", "dead", "done", "failed"];
  const LEAST = { queue: 104, worker: 48, done: 58, failed: 58, senders: 58, topic: 48, delayed: 58, nobody: 48, dead: 76,
    function: 58, state: 58 };
  const UNCOUNTED = ["senders", "topic"];
  const QUEUES = ["queue", "dead", "delayed"];

  const svg = (name, attributes, parent) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (parent) parent.append(node);
    return node;
  };
  const html = (name, attributes, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const two = (number) => String(number).padStart(2, "0");
  const clock = (seconds) => {
    const s = Math.floor(seconds + 1e-6);
    return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  };
  const spoken = (seconds) => {
    const s = Math.floor(seconds + 1e-6);
    const parts = [[Math.floor(s / 3600), "hour"], [Math.floor(s / 60) % 60, "minute"], [s % 60, "second"]];
    const told = parts.filter(([n]) => n).map(([n, unit]) => `${n} ${unit}${n === 1 ? "" : "s"}`);
    return told.join(" ") || "0 seconds";
  };
  const nice = (value) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].map((n) => n * power).reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));
  };

  class Replay {
    constructor(root) {
      this.root = root;
      this.film = JSON.parse(root.dataset.film);
      this.places = this.film.places.map(([kind, name, queue, column]) => ({ kind, name, queue, column }));
      this.visits = [];
      this.dots = this.film.dots.map(([ident, order, end, gone, ...steps]) => {
        const dot = { ident, order, end: end ?? Infinity, gone, steps: [], node: null };
        for (let i = 0; i < steps.length; i += 4) {
          const [start, place, kind, why] = steps.slice(i, i + 4);
          const next = i + 4 < steps.length ? steps[i + 4] : dot.end;
          dot.steps.push({ dot, start, end: next, place, kind: KINDS[kind], why });
        }
        this.visits.push(...dot.steps);
        return dot;
      });
      this.visits.sort((a, b) => a.start - b.start);
      this.finished = this.dots.filter((dot) => dot.gone >= 0).sort((a, b) => a.end - b.end);
      this.happenings = this.told();
      this.time = this.begin();
      this.playing = false;
      this.follow = this.film.follow;
      this.still = matchMedia("(prefers-reduced-motion: reduce)");
      this.speed = nice((this.film.end - this.film.start) / 45);
      this.build();
      new ResizeObserver(() => this.arrange()).observe(this.stage);
      this.arrange();
      this.watch();
    }

    // With an order to follow and no start given, it begins a little before that order comes.
    begin() {
      const { start, end, follow } = this.film;
      if (start > 0) return start;
      const comes = this.visits.find((visit) => String(visit.dot.order) === follow)?.start ?? start;
      return Math.max(start, comes - 0.05 * (end - start));
    }

    // What happened, as sentences, in the order of time.
    told() {
      const said = [];
      const names = this.places.map((place) => (place.kind === "nobody" ? "nobody" : place.name));
      const add = (time, order, text) => said.push({ time, order, text });
      for (const dot of this.dots) {
        dot.steps.forEach((step, i) => {
          const { kind, name } = this.places[step.place];
          const again = step.kind === "redelivery" ? " again" : "";
          if (QUEUES.includes(kind)) {
            const back = { timeout: "its visibility timeout is over", visibility: "its visibility timeout was ended" };
            if (step.why in back) add(step.start, dot.order, `is back in ${name}: ${back[step.why]}`);
            else if (step.why === "redriven") add(step.start, dot.order, `is brought back to ${name}`);
            else if (dot.steps[i + 1]?.why === "redriven") return; // only where it comes from
            else if (step.why === "moved") add(step.start, dot.order, `is moved to ${name}`);
            else if (step.why === "delay") add(step.start, dot.order, `can be received from ${name}`);
            else add(step.start, dot.order, `is sent to ${name}${step.kind === "duplicate" ? " a second time" : ""}`);
          } else if (kind === "nobody") add(step.start, dot.order, "is handed out, but the reply is lost");
          else if (kind === "worker") add(step.start, dot.order, `is received by ${name}${again}`);
          else if (kind === "function") add(step.start, dot.order, `starts ${name}${step.kind === "duplicate" ? " a second time" : ""}`);
          else if (kind === "state") add(step.start, dot.order, `enters ${name}`);
        });
        const last = names[dot.steps[dot.steps.length - 1].place];
        const how = this.places[dot.steps[dot.steps.length - 1].place].kind;
        const ended = dot.gone >= 0 ? this.places[dot.gone].name : "gone";
        if (ended === "done") add(dot.end, dot.order, how === "worker" ? `is deleted by ${last}: done` : `is done with ${last}`);
        else if (how === "dead" && ended === "gone") add(dot.end, dot.order, `leaves ${last}`);
        else if (dot.end < Infinity) add(dot.end, dot.order, ended === "failed" ? `fails in ${last}` : `is ${ended} in ${last}`);
      }
      const drawn = new Set(this.dots.map((dot) => dot.order));
      for (const [time, order, place, name] of this.film.effects)
        if (drawn.has(order)) add(time, order, `${name}, by ${names[place]}`);
      for (const [time, , , , text, caller, operation, order] of this.film.wrong)
        if (order === null || drawn.has(order)) add(time, order, `${text}: ${operation}${caller === order ? "" : ` of ${caller}`}`);
      return said.filter((one) => one.time >= this.film.start).sort((a, b) => a.time - b.time);
    }

    // The page's elements.
    build() {
      const { root, film } = this;
      window.labReplays = (window.labReplays ?? 0) + 1;
      const number = window.labReplays;
      const id = (name) => `lab-replay-${number}-${name}`;
      this.stage = html("div", { class: "lab-replay-stage" });
      this.picture = svg("svg", { role: "img", "aria-label": root.dataset.alt }, this.stage);
      this.under = svg("g", {}, this.picture);
      this.crosses = svg("g", {}, this.picture);
      this.above = svg("g", {}, this.picture);
      this.play = html("button", { type: "button", class: "lab-replay-play" }, "Play");
      this.next = html("button", { type: "button" }, "Next happening");
      this.slider = html("input", {
        type: "range", id: id("time"), min: film.start, max: film.end,
        step: "any", value: film.start, "aria-label": "Simulated time",
      });
      this.shown = html("output", { for: id("time") });
      this.pace = html("select", { "aria-label": "Speed" });
      for (const factor of [0.1, 0.25, 0.5, 1, 2, 4]) {
        const per = Number((this.speed * factor).toPrecision(2));
        this.pace.append(html("option", { value: per }, `${per} s a second`));
      }
      this.pace.value = Number(this.speed.toPrecision(2));
      this.orders = html("datalist", { id: id("orders") });
      for (const order of new Set(this.dots.map((dot) => dot.order)))
        if (order !== null) this.orders.append(html("option", { value: order }));
      this.chosen = html("input", { list: id("orders"), size: 12, placeholder: "an order", "aria-label": "Follow the order" });
      this.chosen.value = this.follow ?? "";
      this.status = html("p", { class: "lab-replay-status" });
      this.caption = html("p", { class: "lab-replay-caption", "aria-live": "polite" });
      const bar = html("div", { class: "lab-replay-bar" }, this.play, this.next, this.slider, this.shown,
        html("label", {}, "Speed ", this.pace), html("label", {}, "Follow ", this.chosen), this.orders);
      // In JupyterLab an arrow key would fold the notebook instead of moving the slider.
      for (const control of bar.querySelectorAll("button, input, select"))
        control.dataset.lmSuppressShortcuts = "true";
      const live = html("div", { class: "lab-replay-live" }, this.stage, this.legend(), bar, this.status, this.caption);
      root.querySelector(".lab-replay-still").before(live);
      root.dataset.live = "";
      this.play.addEventListener("click", () => (this.playing ? this.pause() : this.start()));
      this.next.addEventListener("click", () => this.step());
      this.slider.addEventListener("input", () => {
        const time = Number(this.slider.value); // pause() sets it back
        this.pause();
        this.seek(time);
      });
      this.pace.addEventListener("change", () => (this.speed = Number(this.pace.value)));
      this.chosen.addEventListener("change", () => this.track(this.chosen.value.trim() || null));
      this.picture.addEventListener("click", (event) => {
        const dot = event.target.closest("[data-order]");
        this.track(dot && dot.dataset.order !== this.follow ? dot.dataset.order : null);
      });
    }

    legend() {
      const words = { first: "first time", redelivery: "delivered before", duplicate: "duplicate of another" };
      const list = html("ul", { class: "lab-replay-legend" });
      const kinds = new Set(this.visits.map((visit) => visit.kind));
      for (const kind of KINDS.filter((name) => kinds.has(name))) {
        const sign = svg("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" });
        svg("path", { d: SHAPES[kind], class: kind }, sign);
        list.append(html("li", {}, sign, ` ${words[kind]}`));
      }
      const every = this.film.thinned;
      if (every > 1) list.append(html("li", {}, `1 order in ${every} is drawn, the numbers count all`));
      return list;
    }

    // Where things stand, for the width that there is.
    arrange() {
      const wide = this.stage.clientWidth;
      if (!wide || wide === this.width) return;
      this.width = wide;
      const columns = [];
      for (const place of this.places) (columns[place.column] ??= []).push(place);
      const queues = [...new Set(this.places.map((place) => place.queue))];
      for (const column of columns)
        column.sort((a, b) => queues.indexOf(a.queue) - queues.indexOf(b.queue)
          || RANK.indexOf(a.kind) - RANK.indexOf(b.kind) || a.name.localeCompare(b.name, "en", { numeric: true }));
      const height = wide < NARROW ? this.downwards(columns, wide) : this.rightwards(columns, wide);
      this.picture.setAttribute("viewBox", `0 0 ${wide} ${height}`);
      this.picture.setAttribute("height", height);
      this.under.replaceChildren();
      this.crosses.replaceChildren();
      for (const [a, b] of this.film.ways) this.way(this.places[a], this.places[b]);
      for (const place of this.places) this.box(place);
      this.draw(true);
    }

    rightwards(columns, wide) {
      // Room for a cross and its words; where there are many columns, for their names.
      const gap = this.film.wrong.length ? 74 : columns.length > 7 ? 16 : 34;
      const weight = (column) => Math.max(...column.map((p) => ({ queue: 2.3, worker: 1.25, function: 1.25, state: 1.25 })[p.kind] ?? 0.95));
      const unit = (wide - gap * (columns.length - 1)) / columns.reduce((sum, column) => sum + weight(column), 0);
      const tall = (column) => column.reduce((sum, p) => sum + LEAST[p.kind] + 10, -10);
      const height = Math.max(...columns.map(tall)) + 4;
      let x = 0;
      for (const column of columns) {
        const w = weight(column) * unit;
        const spare = (height - 4 - tall(column)) / column.length;
        let y = 2;
        for (const place of column) {
          const h = LEAST[place.kind] + Math.min(spare, 60);
          const pad = (spare - Math.min(spare, 60)) / 2;
          Object.assign(place, { x: x + 1, y: y + pad, w: w - 2, h });
          y += LEAST[place.kind] + spare + 10;
        }
        x += w + gap;
      }
      return height;
    }

    downwards(columns, wide) {
      let y = 2;
      for (const column of columns) {
        const most = Math.max(1, Math.floor(wide / 110)); // places side by side
        for (let i = 0; i < column.length; i += most) {
          const row = column.slice(i, i + most);
          const h = Math.max(...row.map((place) => LEAST[place.kind]));
          const w = (wide - 8 * (row.length - 1)) / row.length;
          row.forEach((place, n) => Object.assign(place, { x: 1 + n * (w + 8), y, w: w - 2, h }));
          y += h + 8;
        }
        for (const place of column) place.band = { x: wide / 2, top: column[0].y, bottom: y - 8 };
        y += this.film.wrong.length ? 26 : 12;
      }
      return y - 18;
    }

    way(a, b) {
      const [from, to] = this.ends(a, b);
      const bend = `${(from.x + to.x) / 2} ${from.y} ${(from.x + to.x) / 2} ${to.y}`;
      if (a.column !== b.column || this.width >= NARROW) svg("path", { d: `M${from.x} ${from.y}C${bend} ${to.x} ${to.y}`, class: "way" }, this.under);
    }

    ends(a, b) {
      const side = (place, other) => {
        if (this.width < NARROW) return { x: place.band.x, y: other.y > place.y ? place.band.bottom : place.band.top };
        if (other.column === place.column) return { x: place.x + place.w / 2, y: other.y > place.y ? place.y + place.h : place.y };
        return { x: other.x > place.x ? place.x + place.w : place.x, y: place.y + place.h / 2 };
      };
      return [side(a, b), side(b, a)];
    }

    box(place) {
      const group = svg("g", { class: `place ${place.kind}` }, this.under);
      svg("rect", { x: place.x, y: place.y, width: place.w, height: place.h, rx: 6 }, group);
      const name = place.kind === "nobody" ? "reply lost" : place.name;
      const below = place.w < 80 && name.length * 7.2 > place.w - 36; // too narrow for name and number
      const beside = below || UNCOUNTED.includes(place.kind) ? 12 : 36;
      place.count = svg("text", { x: place.x + place.w - 7, y: place.y + (below ? place.h - 6 : 17), "text-anchor": "end", class: "count" }, group);
      const room = Math.max(3, Math.floor((place.w - beside) / 7.2));
      const label = svg("text", { x: place.x + 7, y: place.y + 17 }, group);
      const number = name.match(/-\d+$/)?.[0] ?? ""; // what tells one worker from another
      label.textContent = name.length > room ? `${name.slice(0, Math.max(1, room - 1 - number.length))}…${number}` : name;
      svg("title", {}, group).textContent = name;
      place.columns = Math.max(1, Math.floor((place.w - 10) / PITCH));
      place.rows = Math.max(1, Math.floor((place.h - 28) / PITCH));
    }

    spot(place, slot) {
      const n = Math.min(slot, place.columns * place.rows - 1);
      return {
        x: place.x + place.w - 11 - (n % place.columns) * PITCH,
        y: place.y + 31 + Math.floor(n / place.columns) * PITCH,
      };
    }

    middle(place) { return { x: place.x + place.w / 2, y: place.y + place.h / 2 }; }

    // One picture: who is where at this.time. `jump`: without gliding there.
    draw(jump, passed = 0) {
      if (!this.width) return;
      const now = this.time;
      const share = jump ? 1 : 1 - Math.exp(-passed / GLIDE);
      const counts = this.places.map(() => 0);
      const here = new Set();
      for (const visit of this.visits) {
        if (visit.start > now) break;
        if (now >= visit.end) continue;
        const place = this.places[visit.place];
        const goal = this.spot(place, counts[visit.place]++);
        this.move(visit.dot, visit, goal, share);
        here.add(visit.dot);
        visit.dot.node.classList.toggle("heaped", counts[visit.place] > place.columns * place.rows);
      }
      const fresh = jump ? 0 : SEEN * 0.6 * this.speed;
      for (const dot of this.dots) {
        if (!dot.node || here.has(dot)) continue;
        if (dot.gone >= 0 && now >= dot.end && now - dot.end < fresh)
          this.move(dot, { ...dot.steps[dot.steps.length - 1], place: dot.gone }, this.middle(this.places[dot.gone]), share);
        else { dot.node.remove(); dot.node = null; }
      }
      this.count(counts, now);
      this.cross(now, jump ? 0 : SEEN * this.speed);
      this.report(counts, now);
    }

    move(dot, visit, goal, share) {
      if (!dot.node) {
        dot.node = svg("path", { "data-message": dot.ident, "data-order": dot.order ?? "" }, this.above);
        const begin = cameFrom(dot, visit);
        Object.assign(dot, this.middle(this.places[begin]));
        svg("title", {}, dot.node).textContent = dot.order ?? dot.ident;
      }
      dot.x += (goal.x - dot.x) * share;
      dot.y += (goal.y - dot.y) * share;
      const followed = this.follow !== null && String(dot.order) === this.follow;
      const name = `dot ${visit.kind}${followed ? " followed" : ""}`;
      if (dot.name !== name || dot.node.dataset.place !== String(visit.place)) {
        dot.node.setAttribute("class", (dot.name = name));
        dot.node.setAttribute("d", SHAPES[visit.kind]);
        dot.node.dataset.place = visit.place;
      }
      dot.node.setAttribute("transform", `translate(${dot.x.toFixed(1)} ${dot.y.toFixed(1)})${followed ? " scale(1.7)" : ""}`);
    }

    count(counts, now) {
      for (const dot of this.finished) {
        if (dot.end > now) break;
        counts[dot.gone]++;
      }
      const known = this.film.counts;
      this.places.forEach((place, number) => {
        if (known && known[number]) {
          const steps = known[number];
          let low = 0;
          for (let high = steps.length; low < high;) {
            const half = (low + high) >> 1;
            if (steps[half][0] <= now) low = half + 1; else high = half;
          }
          counts[number] = low ? steps[low - 1][1] : 0;
        }
        const text = UNCOUNTED.includes(place.kind) ? "" : String(counts[number]);
        if (place.count.textContent !== text) place.count.textContent = text;
      });
    }

    // A lost reply: a cross on the way, for as long as its caller waits in vain.
    cross(now, seen) {
      const lost = new Map();
      for (const [time, until, a, b, text] of this.film.wrong) {
        if (time > now) break;
        if (now > Math.max(until, time + seen)) continue;
        const way = `${a} ${b} ${text}`;
        lost.set(way, [a, b, text, (lost.get(way)?.[3] ?? 0) + 1]);
      }
      this.crosses.replaceChildren();
      const rows = new Map(); // of crosses on one way
      for (const [a, b, text, often] of lost.values()) {
        const [from, to] = this.ends(this.places[a], this.places[b]);
        const row = rows.get(`${a} ${b}`) ?? 0;
        rows.set(`${a} ${b}`, row + 1);
        const narrow = this.width < NARROW;
        const at = narrow ? { x: from.x - 50 + row * 130, y: (from.y + to.y) / 2 }
          : { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 + row * 30 };
        svg("path", { d: `M${at.x - 6} ${at.y - 6}l12 12m0-12l-12 12`, class: "cross" }, this.crosses);
        const label = svg("text", {
          x: narrow ? at.x + 12 : at.x, y: narrow ? at.y + 4 : at.y - 10,
          "text-anchor": narrow ? "start" : "middle", class: "lost",
        }, this.crosses);
        label.textContent = often > 1 ? `${text} ×${often}` : text;
      }
    }

    report(counts, now) {
      const sum = (...kinds) => this.places.reduce((n, p, i) => n + (kinds.includes(p.kind) ? counts[i] : 0), 0);
      const parts = [];
      const has = (...kinds) => this.places.some((place) => kinds.includes(place.kind));
      if (has("queue")) parts.push(`${sum("queue")} waiting`, `${sum("worker", "nobody")} in flight`);
      if (sum("topic")) parts.push(`${sum("topic")} on the way`);
      if (has("function")) parts.push(`${sum("function")} running`);
      if (has("state")) parts.push(`${sum("state")} in a state`);
      parts.push(`${sum("done")} done`);
      if (has("failed")) parts.push(`${sum("failed")} failed`);
      this.places.forEach((place, i) => {
        if (place.kind === "dead") parts.push(`${counts[i]} in ${place.name}`);
      });
      if (sum("delayed")) parts.splice(1, 0, `${sum("delayed")} delayed`);
      const orders = new Map();
      for (const [time, order, , name] of this.film.effects) {
        if (time > now) break;
        const of = orders.get(name) ?? orders.set(name, new Map()).get(name);
        of.set(order, (of.get(order) ?? 0) + 1);
      }
      for (const [name, of] of orders) {
        const more = [...of.values()].filter((n) => n > 1).length;
        parts.push(`${of.size - more} ${name} once${more ? `, ${more} more than once` : ""}`);
      }
      this.status.textContent = parts.join(" · ");
      this.shown.textContent = clock(now);
      this.slider.value = now;
      this.slider.setAttribute("aria-valuetext", spoken(now));
      const latest = this.latest(now);
      if (this.last !== latest[0]) {
        this.last = latest[0];
        const told = latest.slice(0, 3).map((one) => `${one.order ?? "a message"} ${one.text}`);
        this.caption.textContent = latest.length ? `${clock(latest[0].time)}  ${told.join("; ")}` : "";
      }
    }

    // What happened last: all of one moment.
    latest(now) {
      let found = [];
      for (const one of this.happenings) {
        if (one.time > now + 1e-6) break;
        if (this.follow !== null && String(one.order) !== this.follow) continue;
        if (found.length && found[0].time === one.time) found.push(one); else found = [one];
      }
      return found;
    }

    // What the reader does.
    start() {
      if (this.time >= this.film.end) this.seek(this.film.start);
      this.playing = true;
      this.caption.setAttribute("aria-live", "off");
      this.play.textContent = "Pause";
      let before = null;
      const frame = (at) => {
        if (!this.playing) return;
        const passed = before === null ? 0 : Math.min((at - before) / 1000, 0.1);
        before = at;
        this.time = Math.min(this.film.end, this.time + passed * this.speed);
        this.draw(this.still.matches, passed);
        if (this.time >= this.film.end) this.pause();
        else requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    }

    pause() {
      this.playing = false;
      this.caption.setAttribute("aria-live", "polite");
      this.play.textContent = "Play";
      this.draw(true);
    }

    seek(time) {
      this.time = time;
      this.draw(true);
    }

    step() {
      this.pause();
      const next = this.happenings.find((one) => one.time > this.time + 1e-6
        && (this.follow === null || String(one.order) === this.follow));
      this.seek(next ? Math.min(next.time, this.film.end) : this.film.end);
    }

    track(order) {
      const known = this.dots.some((dot) => String(dot.order) === order);
      this.follow = known ? order : null;
      this.chosen.value = this.follow ?? "";
      this.chosen.setAttribute("aria-invalid", order !== null && !known);
      this.picture.classList.toggle("following", this.follow !== null);
      this.last = undefined;
      this.draw(true);
    }

    // It begins when it is first seen, unless less motion is asked for, and rests out of sight.
    watch() {
      if (this.follow !== null) this.track(this.follow);
      let begun = this.still.matches || !("IntersectionObserver" in window);
      new IntersectionObserver(([seen]) => {
        if (!seen.isIntersecting && this.playing) this.pause();
        else if (seen.intersectionRatio >= 0.6 && !begun) { begun = true; this.start(); }
      }, { threshold: [0, 0.6] }).observe(this.stage);
    }
  }

  // A new dot comes out of the place where it was before.
  function cameFrom(dot, visit) {
    const at = dot.steps.findIndex((step) => step.start === visit.start && step.place === visit.place);
    return at > 0 ? dot.steps[at - 1].place : dot.steps[0].place;
  }

  for (const root of document.querySelectorAll(".lab-replay:not([data-live])")) new Replay(root);
})();
