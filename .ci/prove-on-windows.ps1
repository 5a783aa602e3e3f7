# Installs, upgrades, repairs and removes packages on this Windows, and asks IIS for a page with a pool of each bitness. Changes the
# machine: for machines that are thrown away. Results: a log for each step, and results.json with what every step came to. A step
# that .ci/proved-on-windows.txt does not name has never passed on a Windows, and says so.
param(
    [Parameter(Mandatory)] [string] $Packages,
    [Parameter(Mandatory)] [ValidateSet('x86', 'x64', 'arm64')] [string] $Arch,
    [Parameter(Mandatory)] [string] $Results,
    # Microsoft's hosting bundle, to be upgraded from
    [string] $Before
)
$ErrorActionPreference = 'Stop'
New-Item -ItemType Directory -Force $Results | Out-Null
$Results = (Resolve-Path $Results).Path
$proved = @(Get-Content (Join-Path $PSScriptRoot 'proved-on-windows.txt') | Where-Object { $_ -and -not $_.StartsWith('#') })
$steps = [System.Collections.Generic.List[object]]::new()

function Step([string] $Name, [scriptblock] $Do) {
    $known = $proved -contains "$Arch $Name"
    Write-Host "== $Name$(if (-not $known) { ' (never run on a Windows before)' })"
    $outcome, $said = 'passed', ''
    try { & $Do | Out-Host } catch { $outcome = 'failed'; $said = "$_"; Write-Host "FAILED: $_" }
    $steps.Add([pscustomobject]@{ step = $Name; arch = $Arch; outcome = $outcome; said = $said; neverRunBefore = -not $known })
}

function Installer([string[]] $Arguments, [string] $Log) {
    $all = $Arguments + @('/qn', '/norestart', '/l*v', "`"$(Join-Path $Results $Log)`"")
    $process = Start-Process msiexec.exe -ArgumentList $all -Wait -PassThru
    if ($process.ExitCode -notin 0, 3010) {
        cargo xtask explain (Join-Path $Results $Log) | Out-Host
        throw "msiexec ended with $($process.ExitCode)"
    }
}

# what IIS says of a page, from a pool of one bitness
function Page([bool] $Only32) {
    Import-Module WebAdministration
    $name = "proof$Only32"
    $folder = Join-Path $env:TEMP $name
    New-Item -ItemType Directory -Force $folder | Out-Null
    Set-Content (Join-Path $folder 'page.txt') 'it answers'
    if (-not (Test-Path "IIS:\AppPools\$name")) { New-WebAppPool $name | Out-Null }
    Set-ItemProperty "IIS:\AppPools\$name" enable32BitAppOnWin64 $Only32
    if (-not (Get-Website $name)) {
        New-Website $name -Port (8080 + [int] $Only32) -PhysicalPath $folder -ApplicationPool $name -Force | Out-Null
    }
    Restart-WebAppPool $name -ErrorAction SilentlyContinue
    Start-Sleep 2
    $answer = Invoke-WebRequest "http://localhost:$(8080 + [int] $Only32)/page.txt" -UseBasicParsing
    if ($answer.StatusCode -ne 200) { throw "the page answers with $($answer.StatusCode)" }
    if ((Get-WebAppPoolState $name).Value -ne 'Started') { throw "the pool does not run" }
}

function Pools([string] $When) {
    Step "pools answer $When" {
        Page $false
        if ($Arch -ne 'x86') { Page $true }
    }
}

$package = (Get-ChildItem $Packages -Filter "AspNetCoreModuleV2_${Arch}_*.msi")[0].FullName
foreach ($file in Get-ChildItem $Packages -Filter *.msi) {
    Step "wix msi validate $($file.Name -replace '_[0-9.]+.*$')" {
        wix msi validate $file.FullName
        if ($LASTEXITCODE) { throw "it ended with $LASTEXITCODE" }
    }
}
Step 'IIS is there' {
    $features = 'IIS-WebServerRole', 'IIS-WebServer', 'IIS-CommonHttpFeatures', 'IIS-StaticContent', 'IIS-ManagementScriptingTools'
    foreach ($feature in $features) { Enable-WindowsOptionalFeature -Online -FeatureName $feature -All -NoRestart | Out-Null }
}
if ($Before) {
    Step 'Microsoft''s own installer' {
        $process = Start-Process (Resolve-Path $Before).Path -ArgumentList '/install', '/quiet', '/norestart' -Wait -PassThru
        if ($process.ExitCode -notin 0, 3010) { throw "it ended with $($process.ExitCode)" }
    }
    Pools 'with Microsoft''s own package'
}
Step 'install over it' { Installer @('/i', "`"$package`"") 'upgrade.log' }
Step 'the log is as predicted' {
    cargo xtask explain (Join-Path $Results 'upgrade.log') --against $package
    if ($LASTEXITCODE) { throw "it ended with $LASTEXITCODE" }
}
Pools 'after the upgrade'
Step 'repair' { Installer @('/fa', "`"$package`"") 'repair.log' }
Pools 'after the repair'
Step 'remove' { Installer @('/x', "`"$package`"") 'remove.log' }
Pools 'after the removal'
Step 'install on a clean machine' { Installer @('/i', "`"$package`"") 'install.log' }
Pools 'after the installation'
Step 'remove again' { Installer @('/x', "`"$package`"") 'remove-again.log' }

ConvertTo-Json -Depth 4 $steps | Set-Content (Join-Path $Results 'results.json')
$steps | Format-Table step, outcome, neverRunBefore
$failed = @($steps | Where-Object outcome -EQ 'failed')
if ($failed) { throw "$($failed.Count) of $($steps.Count) steps failed" }
