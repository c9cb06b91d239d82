// Zoom and cursor of the charts, copy buttons, "all" boxes, where the navigation stands. Without it every page still works: zooming is
// links, forms are forms. No library, no build step.
'use strict';

/** Texts of values: the same units as the server writes. */
function figure(value) {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return String(Number(size >= 1 ? value.toFixed(digits) : value.toPrecision(2)));
}

function scaled(value, base, units) {
  let index = 0;
  while (Math.abs(value) >= base && index < units.length - 1) {
    value /= base;
    index += 1;
  }
  return `${figure(value)} ${units[index]}`;
}

const TEXTS = {
  cores: (value) => `${figure(value)} cores`,
  bytes: (value) => scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']),
  bytesPerSecond: (value) => scaled(value, 1000, ['B/s', 'kB/s', 'MB/s', 'GB/s']),
  share: (value) => `${figure(value * 100)} %`,
  count: figure,
  money: figure,
};

/** The charts of one page: read anew after every zoom, since the server draws them. */
class Charts {
  static attach(section) {
    const charts = new Charts(section);
    charts.listen();
    return charts;
  }

  constructor(section) {
    this.section = section;
    this.from = Number(section.dataset.from);
    this.to = Number(section.dataset.to);
    this.zoomable = section.querySelector('.zoomable');
    this.data = JSON.parse(section.querySelector('.chart-data').textContent);
    this.minute = new Intl.DateTimeFormat('en-GB', {
      timeZone: this.data.timezone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    this.index = -1;
    this.dragFrom = null;
    this.crosshair = this.addMark('crosshair');
    this.selection = this.addMark('selection');
  }

  addMark(kind) {
    const mark = document.createElement('div');
    mark.className = kind;
    mark.hidden = true;
    this.zoomable.append(mark);
    return mark;
  }

  /** Where the plots lie inside the zoomable part. */
  plot() {
    const outer = this.zoomable.getBoundingClientRect();
    const inner = this.section.querySelector('svg.plot').getBoundingClientRect();
    return { left: inner.left - outer.left, width: inner.width, page: inner.left };
  }

  timeAt(clientX) {
    const { page, width } = this.plot();
    const share = Math.min(1, Math.max(0, (clientX - page) / width));
    return this.from + share * (this.to - this.from);
  }

  listen() {
    const { zoomable, section } = this;
    zoomable.addEventListener('pointermove', (event) => this.onMove(event));
    zoomable.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'mouse' && event.button === 0 && event.target.closest('.chart'))
        this.dragFrom = event.clientX;
    });
    zoomable.addEventListener('pointerup', (event) => this.onUp(event));
    zoomable.addEventListener('pointerleave', () => this.dragFrom === null && this.hide());
    zoomable.addEventListener('keydown', (event) => this.onKey(event));
    section.addEventListener('click', (event) => {
      const button = event.target.closest('[data-zoom], [data-span]');
      if (button === null) return;
      event.preventDefault();
      if (button.dataset.span !== undefined)
        this.show(...button.dataset.span.split(',').map(Number));
      else this.step(button.dataset.zoom);
    });
  }

  onMove(event) {
    if (this.dragFrom !== null) {
      event.preventDefault();
      const { left, page } = this.plot();
      const [a, b] = [this.dragFrom, event.clientX].sort((x, y) => x - y);
      this.selection.hidden = false;
      this.selection.style.left = `${a - page + left}px`;
      this.selection.style.width = `${b - a}px`;
    }
    this.showAt(this.nearest(this.timeAt(event.clientX)));
  }

  onUp(event) {
    const start = this.dragFrom;
    this.dragFrom = null;
    this.selection.hidden = true;
    if (start === null || Math.abs(event.clientX - start) < 8) return;
    const [a, b] = [this.timeAt(start), this.timeAt(event.clientX)].sort((x, y) => x - y);
    this.show(a, b);
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { '+': 'in', '=': 'in', '-': 'out', 0: 'all' };
    if (keys[event.key] !== undefined) this.step(keys[event.key]);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const direction = event.key === 'ArrowLeft' ? -1 : 1;
      if (event.shiftKey) this.step(direction < 0 ? 'left' : 'right');
      else {
        const start = this.index < 0 ? this.data.times.length : this.index;
        this.showAt(Math.min(this.data.times.length - 1, Math.max(0, start + direction)));
      }
    } else return;
    event.preventDefault();
  }

  /** One step of zooming or panning; zooming keeps the cursor's place in sight. */
  step(how) {
    const length = this.to - this.from;
    const middle = this.index < 0 ? (this.from + this.to) / 2 : this.data.times[this.index];
    const whole = [this.section.dataset.wholeFrom, this.section.dataset.wholeTo].map(Number);
    if (how === 'in') this.show(middle - length / 4, middle + length / 4);
    else if (how === 'out') this.show(middle - length, middle + length);
    else if (how === 'left') this.show(this.from - length / 2, this.to - length / 2);
    else if (how === 'right') this.show(this.from + length / 2, this.to + length / 2);
    else this.show(...whole);
  }

  nearest(time) {
    const { times } = this.data;
    let best = -1;
    for (let index = 0; index < times.length; index += 1)
      if (best < 0 || Math.abs(times[index] - time) < Math.abs(times[best] - time)) best = index;
    return best;
  }

  showAt(index) {
    if (index < 0 || this.data.times[index] === undefined) return;
    this.index = index;
    const at = this.data.times[index];
    const { left, width } = this.plot();
    this.crosshair.hidden = false;
    this.crosshair.style.left = `${left + ((at - this.from) / (this.to - this.from)) * width}px`;
    this.section.querySelector('.cursor').textContent =
      `${this.minute.format(at)} ${this.data.zone}`;
    for (const [id, { unit, lines }] of Object.entries(this.data.panels)) {
      for (const [tone, values] of Object.entries(lines)) {
        const value = Array.isArray(values) ? values[index] : values;
        const place = `[data-panel="${id}"] output[data-line="${tone}"]`;
        const output = this.section.querySelector(place);
        if (output !== null) output.textContent = value === null ? 'unknown' : TEXTS[unit](value);
      }
    }
  }

  hide() {
    this.crosshair.hidden = true;
    this.index = -1;
    this.section.querySelector('.cursor').textContent = '';
    for (const output of this.section.querySelectorAll('output')) output.textContent = '';
  }

  show(from, to) {
    // Whatever fails, the page itself can still show this stretch.
    this.load(from, to).catch(() => location.assign(`${location.pathname}?from=${from}&to=${to}`));
  }

  /** Has the server draw another stretch and puts it in the place of this one. */
  async load(from, to) {
    const query = `from=${Math.round(from)}&to=${Math.round(to)}`;
    const hadFocus = this.zoomable.contains(document.activeElement);
    this.section.setAttribute('aria-busy', 'true');
    const answer = await fetch(`${this.section.dataset.fragment}?${query}`);
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const parsed = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = parsed.getElementById('charts');
    this.section.replaceWith(next);
    history.replaceState(null, '', `${location.pathname}?${query}`);
    const charts = Charts.attach(next);
    if (hadFocus) charts.zoomable.focus({ preventScroll: true });
  }
}

const section = document.querySelector('.charts[data-fragment]');
if (section !== null) Charts.attach(section);

document.addEventListener('click', (event) => {
  const button = event.target.closest('.copy');
  if (button === null) return;
  const code = document.getElementById(button.dataset.copy);
  const selection = getSelection();
  selection.selectAllChildren(code);
  // Without a secure context there is no clipboard: the text is selected at least.
  const copied = navigator.clipboard?.writeText(code.textContent) ?? Promise.reject(new Error());
  copied.then(
    () => (button.textContent = 'Copied'),
    () => (button.textContent = 'Selected'),
  );
  setTimeout(() => (button.textContent = 'Copy'), 2_000);
});

for (const box of document.querySelectorAll('[data-check-all]')) {
  const boxes = () => document.querySelectorAll(`input[name="${box.dataset.checkAll}"]`);
  box.addEventListener('change', () => {
    for (const one of boxes()) one.checked = box.checked;
  });
}

/** On a phone the navigation is wider than the screen: the page's own entry is brought into sight. */
for (const entry of document.querySelectorAll('.top nav [aria-current]')) {
  const nav = entry.parentElement;
  nav.scrollLeft = entry.offsetLeft - nav.offsetLeft - (nav.clientWidth - entry.offsetWidth) / 2;
}
