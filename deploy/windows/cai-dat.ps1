# Chưa chạy thử ở đây (không có Windows). Chạy trong PowerShell của quản trị viên:
#   .\deploy\windows\cai-dat.ps1 -Office 'D:\KSTT\don-vi' -Account 'MAY\kstt'
param(
    [Parameter(Mandatory)] [string] $Office,
    [Parameter(Mandatory)] [string] $Account,
    [string] $Kstt = (Resolve-Path "$PSScriptRoot\..\..").Path
)
$ErrorActionPreference = 'Stop'
[Environment]::SetEnvironmentVariable('PYTHONUTF8', '1', 'Machine')  # chữ Việt ở mọi bảng mã của cửa sổ lệnh
Push-Location $Kstt
try {
    if (-not (Get-Command uv -ErrorAction SilentlyContinue)) {
        throw 'Chưa có uv. Cài: winget install --id=astral-sh.uv'
    }
    uv sync --locked
    & "$Kstt\.venv\Scripts\kstt.exe" --office $Office check
    if ($LASTEXITCODE -ne 0) { throw 'kstt check còn chỗ sai; sửa rồi chạy lại.' }
    $xml = (Get-Content "$PSScriptRoot\kstt-serve.xml" -Raw -Encoding UTF8).
        Replace('__KSTT__', [Security.SecurityElement]::Escape($Kstt)).
        Replace('__OFFICE__', [Security.SecurityElement]::Escape($Office))
    $secret = Get-Credential -UserName $Account -Message 'Mật khẩu của tài khoản chạy kstt serve'
    Register-ScheduledTask -TaskName 'KSTT serve' -Xml $xml -User $Account `
        -Password $secret.GetNetworkCredential().Password -Force | Out-Null
    Start-ScheduledTask -TaskName 'KSTT serve'
    & "$Kstt\.venv\Scripts\kstt.exe" --office $Office doctor
} finally {
    Pop-Location
}
