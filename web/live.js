/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * What is playing, as it changes; and buttons that copy. Pages are whole
 * without it. */
"use strict";

const places = (mount, what) => document.querySelectorAll(
	`[data-mount="${CSS.escape(mount)}"] [data-${what}]`);

function show(mount, what, text) {
	for (const place of places(mount, what)) {
		if (place.textContent !== text)
			place.textContent = text;
		place.hidden = text === "";
	}
}

function remember(mount, title) {
	for (const list of places(mount, "titles")) {
		const item = document.createElement("li");
		const time = document.createElement("time");
		const now = new Date();

		if (title === "" || list.firstElementChild?.dataset.title === title)
			continue;
		item.dataset.title = title;
		item.append(title);
		time.dateTime = now.toISOString();
		time.className = "facts";
		time.append(now.toLocaleTimeString(document.documentElement.lang,
			{ hour: "2-digit", minute: "2-digit" }));
		item.append(time);
		list.prepend(item);
		while (list.children.length > 20)
			list.lastElementChild.remove();
	}
}

function follow(mounts) {
	const events = new EventSource(
		"/events?mounts=" + mounts.map(encodeURIComponent).join(","));

	events.addEventListener("nowplaying", event => {
		const said = JSON.parse(event.data);

		show(said.mount, "title", said.title);
		remember(said.mount, said.title);
	});
	events.addEventListener("listeners", event => {
		const said = JSON.parse(event.data);

		show(said.mount, "listeners", String(said.now));
	});
	events.addEventListener("state", event => {
		const said = JSON.parse(event.data);

		for (const place of document.querySelectorAll(
			`[data-mount="${CSS.escape(said.mount)}"]`)) {
			if (place.dataset.state && place.dataset.state !== said.state &&
				(said.state === "ended" || place.dataset.state === "ended"))
				place.classList.toggle("ended", said.state === "ended");
			place.dataset.state = said.state;
		}
	});
}

function copies(button) {
	const from = document.getElementById(button.dataset.copy);

	button.hidden = !navigator.clipboard;
	button.addEventListener("click", async () => {
		const label = button.textContent;

		await navigator.clipboard.writeText(
			from.value ?? from.textContent.trim());
		button.textContent = button.dataset.done;
		setTimeout(() => { button.textContent = label; }, 2000);
	});
}

const mounts = new Set(Array.from(
	document.querySelectorAll("[data-mount]"), place => place.dataset.mount));

if (mounts.size > 0 && "EventSource" in window)
	follow([...mounts].slice(0, 32));
document.querySelectorAll("[data-copy]").forEach(copies);
document.querySelectorAll("[data-seek]").forEach(link => {
	link.addEventListener("click", event => {
		const player = document.getElementById("player");

		event.preventDefault();
		player.currentTime = Number(link.dataset.seek);
		player.play();
	});
});
