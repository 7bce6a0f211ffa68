<?php

declare(strict_types=1);

require __DIR__ . '/site.php';

/** Where to go from here: a page of this site, and no other one. */
function way_back(string $address): string
{
    $parts = parse_url($address);
    $host = ($parts['host'] ?? '') . (isset($parts['port']) ? ':' . $parts['port'] : '');
    if ($parts === false || ($host !== '' && $host !== $_SERVER['HTTP_HOST'])) {
        return '/';
    }
    $path = '/' . ltrim($parts['path'] ?? '', '/\\');

    return $path . (isset($parts['query']) ? '?' . $parts['query'] : '');
}

header('Cache-Control: no-store');
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    // A real site would ask for a password here.
    open_session(readOnly: false);
    // A session's id that somebody else may have set does not become a user's.
    session_regenerate_id(true);
    log_in();
    $_SESSION['by_login'] = true;
    $return = $_GET['return'] ?? '/';
    header('Location: ' . (is_string($return) ? way_back($return) : '/'), response_code: 303);
    exit;
}

?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in – Example Site</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/site.css">
</head>
<body>
<header class="site-header">
  <strong class="site-name">Example Site</strong>
</header>
<main>
<form class="site-login" method="post">
  <h1>Log in</h1>
  <p>This site has one user, and no password.</p>
  <button autofocus>Log in as demo</button>
</form>
</main>
</body>
</html>
