import { expect, test } from "vitest";
import { loginAddress } from "./login";

test("the login page is told where to lead back to", () => {
  const here = "https://site.org/torrents?page=2#top";
  expect(loginAddress("/login.php?return={return}", here)).toBe(
    "/login.php?return=https%3A%2F%2Fsite.org%2Ftorrents%3Fpage%3D2%23top",
  );
  expect(loginAddress("/login", here)).toBe("/login");
});
