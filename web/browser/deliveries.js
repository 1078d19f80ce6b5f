/** The pages of deliveries: upload, live progress, the mapping form. */

import { watchProgress } from "./deliveries/progress.js";
import { tendForm } from "./deliveries/mapping.js";
import { receiveFiles } from "./deliveries/drop.js";

for (const zone of document.querySelectorAll("[data-upload]")) receiveFiles(zone);
for (const place of document.querySelectorAll("[data-progress]")) watchProgress(place);
for (const form of document.querySelectorAll("form[data-mapping]")) tendForm(form);
// Of many files the one looked at, where the row of tabs is wider than a phone.
for (const tab of document.querySelectorAll(".file-tabs [aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "center" });
